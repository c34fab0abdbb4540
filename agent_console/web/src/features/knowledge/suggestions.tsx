import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { attempt, tell } from "../../ui/toasts";
import { useDeskKey } from "../desk/shortcuts";
import { articleAddress, type Suggestion } from "./documents";
import { useAsked, useInsert } from "./typing";

const PAUSE_MS = 400;
const LEAST = 4;

/** The text once the typing rests: a question for each letter would only be thrown away. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** Beside the work: articles and solved cases like what is being written. They come by themselves and take nothing away: no focus, no key but one. */
export function Suggestions({ item }: { item: Item | null }) {
  const { t } = useTranslation();
  const text = useRested(useAsked(item?.id ?? null));
  const key = item && text.length >= LEAST ? `${item.id}\n${text}` : null;
  const asks = { text: text.slice(-4000), interaction_id: item?.id, case_id: item?.case?.id ?? null };
  const { data } = useResource(key, () => call<{ items: Suggestion[] }>("POST", "/knowledge/suggest", asks));
  const [kept, setKept] = useState<Suggestion[]>([]);
  // while a newer answer is on its way the older one stays: what one is about to press must not go
  useEffect(() => {
    if (data) setKept(data.items);
  }, [data]);
  useEffect(() => setKept([]), [item?.id]);
  const [open, setOpen] = useState<string | null>(null);
  const insert = useInsert(item?.id ?? null);
  const first = kept[0];
  const put = (each: Suggestion, text: string): void => {
    if (!item || !insert) return;
    insert(text);
    attempt(call("POST", `/knowledge/articles/${segment(each.article_id)}/uses`, { kind: "inserted", interaction_id: item.id }));
  };
  useDeskKey("insert", first && insert ? () => put(first, first.text) : null);
  if (!item || kept.length === 0) return null;
  return (
    <section className="suggestions" aria-label={t("knowledge.suggestions")} data-testid="suggestions">
      <h2 className="suggestions-head label"><Icon name="book" size={15} />{t("knowledge.suggestions")}<span className="count-plain num">{kept.length}</span></h2>
      <ul className="scroll suggestions-list" tabIndex={0} aria-label={t("knowledge.suggestions")}>
        {kept.map((each, place) => (
          <Row key={each.article_id} item={item} suggestion={each} first={place === 0} open={open === each.article_id}
            toggle={() => setOpen(open === each.article_id ? null : each.article_id)} insert={insert ? (text) => put(each, text) : null} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  item: Item;
  suggestion: Suggestion;
  first: boolean;
  open: boolean;
  toggle: () => void;
  insert: ((text: string) => void) | null;
}

function Row({ item, suggestion, first, open, toggle, insert }: RowProps) {
  const { t } = useTranslation();
  const { article_id: id, usefulness } = suggestion;
  const keep = (): void => {
    const where = item.case ? { case_id: item.case.id, interaction_id: item.id } : { interaction_id: item.id };
    attempt(call("POST", `/knowledge/articles/${segment(id)}/uses`, { kind: "linked", ...where }).then(() => tell("knowledge.kept")));
  };
  const vote = (helpful: boolean): void => attempt(call("POST", `/knowledge/articles/${segment(id)}/votes`, { helpful, language: suggestion.language }).then(() => tell("knowledge.voted")));
  return (
    <li className="suggestion" data-testid={`suggestion-${id}`}>
      <button type="button" className="suggestion-head" aria-expanded={open} onClick={toggle}>
        <Icon name={suggestion.kind === "article" ? "book" : "case"} size={16} />
        <span className="grow line-two">
          <span className="clip strong" lang={suggestion.language} dir="auto">{suggestion.title}</span>
          <span className="clip tiny soft">{t(`knowledge.${suggestion.kind}`)} · <span className="num">{suggestion.number}</span>{usefulness.used > 0 && <> · {t("knowledge.used_n", { count: usefulness.used })}</>}</span>
        </span>
        <Icon name={open ? "up" : "down"} size={14} />
      </button>
      {open && <p className="suggestion-text scroll" tabIndex={0} lang={suggestion.language} dir="auto">{suggestion.text}</p>}
      <div className="row suggestion-acts">
        {insert && <button type="button" className="link-button" onClick={() => insert(suggestion.text)} data-testid={`insert-${id}`}>{t("knowledge.insert")}{first && <kbd aria-hidden="true">Alt K</kbd>}</button>}
        {insert && suggestion.link && <button type="button" className="link-button" onClick={() => insert(suggestion.link ?? "")}>{t("knowledge.insert_link")}</button>}
        {suggestion.kind === "article" && <Link className="link-button" to={articleAddress(id)}>{t("knowledge.open")}</Link>}
        <span className="grow" />
        <span className="suggestion-marks">
          <IconButton small icon="link" label={t("knowledge.keep")} onPress={keep} />
          <IconButton small icon="check" label={t("knowledge.helpful")} onPress={() => vote(true)} />
          <IconButton small icon="cross" label={t("knowledge.not_helpful")} onPress={() => vote(false)} />
        </span>
      </div>
    </li>
  );
}
