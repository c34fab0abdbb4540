import { useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, Recording } from "../../net/types";
import type { PageProps } from "../../pages";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Failure } from "../../ui/panes";
import { Why } from "../board/why";
import { Talk } from "../recordings/recordings";
import { momentText } from "../records/values";
import { LiveTranscript } from "../chats/live-transcript";
import { Lanes } from "./lanes";
import { RecordTable } from "./record-table";
import { saidAt, ZOOMS, type Piece } from "./scale";
import type { CallRecord, LaneDoc } from "./types";
import { causeOf, laneName, markName, outcomeOf, spanName, timesOf } from "./words";
import "../../styles/callrecord.css";

const LOOK_AGAIN_S = 5;

/** `/calls/:id`: one interaction, who took part in it and what each did, from its first moment to its last. */
export default function CallRecordPage({ params }: PageProps) {
  const { t } = useTranslation();
  const now = useNow();
  const [open, setOpen] = useState(true);
  const path = `/interactions/${segment(params["id"] ?? "")}/record`;
  const { data, problem, again } = useResource(path, () => call<CallRecord>("GET", path).then((found) => { setOpen(found.going_on); return found; }), open ? String(Math.floor(now / LOOK_AGAIN_S)) : "");
  return (
    <main className="sla scroll callrecord" tabIndex={0} aria-label={t("page.call_record")} data-testid="call-record">
      {data ? <Whole record={data} /> : problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />}
    </main>
  );
}

function Whole({ record }: { record: CallRecord }) {
  const { t, i18n } = useTranslation();
  const [zoom, setZoom] = useState(0);
  const [chosen, choose] = useState<Piece | null>(null);
  const [heard, hear] = useState<number | null>(null);
  const [asks, ask] = useState(false);
  const customer = record.lanes.find(({ kind }) => kind === "customer")?.name || t("item.withheld");
  return (
    <>
      <header className="callrecord-head">
        <span className="candidate-icon"><Icon name={record.medium === "voice" ? "phone" : record.medium === "chat" ? "chat" : "mail"} size={20} /></span>
        <div className="grow">
          <h1 className="clip" dir="auto">{customer}</h1>
          <p className="soft small"><span className="num">{momentText(record.begin, i18n.language as Language)}</span> · <span className="num">{duration(record.end - record.begin)}</span> · <End record={record} /></p>
        </div>
        {record.explained && <Button small icon="question" onPress={() => ask(true)} data-testid="record-why">{t("callrecord.why")}</Button>}
        <div className="row" role="group" aria-label={t("callrecord.zoom")}>
          <IconButton icon="minus" label={t("callrecord.zoom_out")} isDisabled={zoom === 0} onPress={() => setZoom(zoom - 1)} data-testid="zoom-out" />
          <span className="num small zoom-now">{ZOOMS[zoom]}×</span>
          <IconButton icon="plus" label={t("callrecord.zoom_in")} isDisabled={zoom === ZOOMS.length - 1} onPress={() => setZoom(zoom + 1)} data-testid="zoom-in" />
        </div>
      </header>
      <section className="panel callrecord-drawing">
        <Lanes record={record} zoom={ZOOMS[zoom] ?? 1} heard={heard} chosen={chosen?.key ?? null} choose={choose} />
        <Chosen record={record} piece={chosen} ask={() => ask(true)} />
      </section>
      {record.recordings.length > 0 && (
        <section className="panel callrecord-part"><h2 className="pane-title">{t("recording.title")}</h2>
          <ul className="recordings" data-testid="recordings">{record.recordings.map((each: Recording) => <Talk key={each.id} recording={each} heard={(seconds) => hear(saidAt(record, each.started_at, seconds))} />)}</ul>
        </section>
      )}
      {record.medium === "chat" && <section className="panel callrecord-part"><h2 className="pane-title">{t("chat.transcript")}</h2><LiveTranscript chat={record.id} /></section>}
      <section className="panel callrecord-part"><RecordTable record={record} /></section>
      {asks && <Why interaction={record.id} queue="" callback={false} until={null} who={customer} version={String(record.going_on)} close={() => ask(false)} asked={chosen?.span?.offer ?? null} over />}
    </>
  );
}

function End({ record }: { record: CallRecord }) {
  const { t } = useTranslation();
  if (record.ended_at === null) return <span>{t(record.going_on ? "callrecord.going_on" : "callrecord.over")}</span>;
  const by = t(`callrecord.by_${record.ended_by ?? "unknown"}`);
  return <span data-testid="record-end">{record.cause === null ? by : `${by} · ${causeOf(t, record.cause)}`}</span>;
}

/** What was chosen, in words; told to who does not see it as well. */
function Chosen({ record, piece, ask }: { record: CallRecord; piece: Piece | null; ask: () => void }) {
  const { t } = useTranslation();
  const lane: LaneDoc | undefined = piece ? record.lanes[piece.lane] : undefined;
  const span = piece?.span ?? null;
  return (
    <div className="callrecord-chosen" data-testid="chosen">
      <p className="grow" role="status">
        {!piece || !lane ? <span className="faint">{t("callrecord.choose")}</span> : (
          <>
            <span className="strong" dir="auto">{laneName(t, lane)}</span>{" · "}
            <span dir="auto">{span ? spanName(t, lane, span) : piece.mark ? markName(t, piece.mark) : ""}</span>{" · "}
            <span className="num">{span ? timesOf(t, record.begin, span, record.end) : duration(piece.begin - record.begin)}</span>
            {span?.outcome && <span className="soft"> · {outcomeOf(t, span)}</span>}
            {lane.kind === "supervisor" && span?.about && <span className="soft"> · {t("callrecord.with", { name: span.about })}</span>}
          </>
        )}
      </p>
      {span?.offer && record.explained && <Button small look="quiet" icon="question" onPress={ask} data-testid="chosen-why">{t("callrecord.why_offer")}</Button>}
    </div>
  );
}
