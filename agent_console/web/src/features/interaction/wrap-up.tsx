import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item, Language } from "../../net/types";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { Ring } from "../../ui/ring";
import { useBusy } from "../../ui/busy";
import { covered, inText, singleKeys, useDeskKey } from "../desk/shortcuts";
import { PAUSES } from "../desk/states";
import { useHere } from "../shell/here";
import { CaseBox } from "./case-box";
import { labelOf, useDispositions } from "./dispositions";
import { noteArrived } from "./drafts";
import { NoteState, useNote } from "./note-field";

/** After the conversation: what it was, a note, and what comes next. */
export function WrapUp({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const [next, setNext] = useState("");
  const note = useNote(item);
  const [busy, problem, run] = useBusy();
  const finish = (): void => {
    if (!chosen) return;
    const wish = next === "" ? {} : { next_status: next };
    note.carried(true);
    run(() => call("POST", `/interactions/${segment(item.id)}/wrapup`, { disposition: chosen, note: note.text, ...wish }).then(() => noteArrived(item.id, note.text), (error: unknown) => {
      note.carried(false);
      throw error;
    }));
  };
  useDeskKey("finish", chosen ? finish : null);
  return (
    <div className="wrapup">
      <section className="block">
        <div className="row">
          <h2 className="grow">{t("wrapup.title")}</h2>
          {item.wrap_up_until !== null && (
            <span className="row soft small">{t("wrapup.left")}<Ring until={item.wrap_up_until} totalS={item.wrap_up_until - (item.finished_at ?? item.wrap_up_until)} size={36} label={t("wrapup.left")} /></span>
          )}
        </div>
        <Dispositions queue={item.queue.id} chosen={chosen} choose={setChosen} />
      </section>
      <div className="work">
        <section className="note block">
          <div className="row"><label className="label grow" htmlFor={`note-${item.id}`}>{t("note.label")}</label><NoteState saved={note.saved} /></div>
          <textarea ref={note.box} id={`note-${item.id}`} className="input" rows={4} value={note.text} placeholder={t("note.hint")} onChange={(event) => note.write(event.target.value)} data-testid="note" />
        </section>
        <CaseBox item={item} />
      </div>
      <footer className="wrapup-foot">
        <Wrong problem={problem} />
        <span className="grow faint small">{chosen ? "" : t("wrapup.choose")}</span>
        <label className="row small soft">{t("wrapup.then")}
          <select className="input slim" value={next} onChange={(event) => setNext(event.target.value)} data-testid="wrapup-next">
            <option value="">{t("wrapup.then_same")}</option>
            <option value="ready">{t("state.ready")}</option>
            {PAUSES.map((pause) => <option key={pause} value={pause}>{t(`pause.${pause}`)}</option>)}
          </select>
        </label>
        <Button look="primary" icon="check" isDisabled={busy || !chosen} onPress={finish} data-testid="wrapup-finish">{t("wrapup.finish")}</Button>
      </footer>
    </div>
  );
}

interface DispositionsProps {
  queue: string;
  chosen: string;
  choose: (code: string) => void;
}

function Dispositions({ queue, chosen, choose }: DispositionsProps) {
  const { t, i18n } = useTranslation();
  const list = useDispositions(queue);
  const codes = list.data?.map(({ code }) => code) ?? [];
  useDigits((digit) => codes[digit - 1] !== undefined && choose(codes[digit - 1] ?? ""));
  if (list.problem && !list.data) return <Failure problem={list.problem} retry={list.again} />;
  if (!list.data) return <Bones lines={3} />;
  return (
    <div className="dispositions" role="radiogroup" aria-label={t("wrapup.title")}>
      {list.data.map((each, place) => {
        const { code } = each;
        return (
        <label key={code} className="disposition" data-chosen={code === chosen} data-testid={`wrapup-${code}`}>
          <input type="radio" name="disposition" value={code} checked={code === chosen} onChange={() => choose(code)} className="vh" />
          {place < 9 && <kbd aria-hidden="true">{place + 1}</kbd>}
          <span className="clip">{labelOf(each, i18n.language as Language)}</span>
        </label>
        );
      })}
    </div>
  );
}

/** Digits choose while nothing is being written. */
function useDigits(press: (digit: number) => void): void {
  const { shown } = useHere();
  useEffect(() => {
    if (!shown) return;
    const listen = (event: KeyboardEvent): void => {
      const writing = inText(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === "radio");
      if (writing || event.altKey || event.ctrlKey || event.metaKey || !singleKeys() || covered()) return;
      if (/^[1-9]$/.test(event.key)) press(Number(event.key));
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}
