import "../../styles/mailin.css";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { momentText } from "../records/values";

interface Aside {
  id: string;
  at: number;
  received_at: number;
  sender: string;
  recipients: string[];
  size: number;
  reason: string;
}

/** `/admin/set-aside`: letters that could not be filed, each to be read as it came and tried again. */
export default function SetAsidePage() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("set-aside", () => call<Aside[]>("GET", "/set-aside"));
  return (
    <main className="records-page scroll" tabIndex={0} aria-label={t("page.set_aside")} data-testid="set-aside">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="mail" size={20} />{t("page.set_aside")}</h1>
        <span className="grow" />
        <Button look="quiet" icon="again" onPress={again}>{t("mailin.look")}</Button>
      </header>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>) : (
        <div className="aside-page">
          {data.length === 0 ? <Empty icon="check" title={t("mailin.aside_none")} /> : <>
            <p className="small soft">{t("mailin.aside_text")}</p>
            <ul className="aside-list">{data.map((each) => <Letter key={each.id} letter={each} again={again} />)}</ul>
          </>}
        </div>
      )}
    </main>
  );
}

function Letter({ letter, again }: { letter: Aside; again: () => void }) {
  const { t, i18n } = useTranslation();
  const [busy, problem, run] = useBusy();
  const file = (): void => run(async () => {
    await call("POST", `/set-aside/${segment(letter.id)}/again`);
    tell("mailin.filed");
    again();
  });
  const size = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 }).format(Math.max(1, letter.size / 1000));
  return (
    <li className="panel aside-letter" data-testid="aside-letter">
      <dl className="mailbox-facts">
        <dt>{t("mailin.from")}</dt><dd><bdi>{letter.sender || t("mailin.nobody")}</bdi></dd>
        <dt>{t("mailin.to")}</dt><dd><bdi>{letter.recipients.join(", ")}</bdi></dd>
        <dt>{t("mailin.received")}</dt><dd className="num">{momentText(letter.received_at, i18n.language as Language)}</dd>
        <dt>{t("mailin.size")}</dt><dd className="num">{size}</dd>
        <dt>{t("mailin.why")}</dt><dd className="mailbox-reason"><bdi>{letter.reason}</bdi></dd>
      </dl>
      <Wrong problem={problem} />
      <div className="row aside-actions">
        <Button icon="again" isDisabled={busy} onPress={file} data-testid="aside-again">{t("mailin.again")}</Button>
        <a className="btn quiet" href={`/api/v1/set-aside/${segment(letter.id)}/raw`} download data-testid="aside-raw"><Icon name="arrowIn" size={16} />{t("mailin.raw")}</a>
      </div>
    </li>
  );
}
