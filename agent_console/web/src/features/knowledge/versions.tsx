import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import { momentText } from "../records/values";
import type { ArticleDoc, LineDoc, TextDoc, VersionDoc } from "./documents";

/** Every version of a language, what changed from one to the next, and the way back to an old one. */
export function Versions({ place, text, took }: { place: string; text: TextDoc | null; took: (article: ArticleDoc) => void }) {
  const { t, i18n } = useTranslation();
  const { data, problem, again } = useResource(text ? place : null, () => call<{ items: VersionDoc[] }>("GET", `${place}/versions`));
  const [chosen, choose] = useState<number | null>(null);
  const [busy, wrong, run] = useBusy();
  if (!text) return <Empty icon="history" title={t("knowledge.no_text")} />;
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const restore = (version: number): void => run(() => call<ArticleDoc>("POST", `${place}/restore`, { version, base: text.version }).then(took));
  return (
    <div className="versions" data-testid="versions">
      <Wrong problem={wrong} />
      <ol className="lines airy">
        {data.items.map((each) => (
          <li key={each.version}>
            <button type="button" className="version-head" aria-expanded={chosen === each.version} onClick={() => choose(chosen === each.version ? null : each.version)}>
              <span className="strong num">{each.version}</span>
              <span className="grow line-two"><span className="small clip">{each.note || each.title}</span><span className="tiny faint">{each.author ?? t("knowledge.system")} · <span className="num">{momentText(each.at, i18n.language as Language)}</span></span></span>
              {text.published === each.version && <Pill tone="go">{t("knowledge.state_published")}</Pill>}
            </button>
            {chosen === each.version && (
              <>
                <Difference place={place} before={each.version - 1} after={each.version} />
                {each.version !== text.version && <Button small icon="undo" isDisabled={busy} onPress={() => restore(each.version)} data-testid={`restore-${each.version}`}>{t("knowledge.restore")}</Button>}
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Difference({ place, before, after }: { place: string; before: number; after: number }) {
  const { t } = useTranslation();
  const path = before < 1 ? null : `${place}/difference?before=${before}&after=${after}`;
  const { data, problem } = useResource(path, () => call<Record<"title" | "summary" | "body", LineDoc[]>>("GET", path ?? ""));
  if (path === null) return <p className="tiny faint">{t("knowledge.first_version")}</p>;
  if (!data) return problem ? <Failure problem={problem} /> : <Bones lines={2} />;
  const lines = [...data.title.filter(({ what }) => what !== "same"), ...data.summary.filter(({ what }) => what !== "same"), ...data.body];
  return (
    <pre className="difference scroll" tabIndex={0} aria-label={t("knowledge.difference")}>
      {lines.map((line, place) => (line.what === "same" ? <span key={place}>{`  ${line.text}\n`}</span> : line.what === "added" ? <ins key={place}>{`+ ${line.text}\n`}</ins> : <del key={place}>{`- ${line.text}\n`}</del>))}
    </pre>
  );
}
