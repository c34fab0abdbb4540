import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { size } from "../../format";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useTyped } from "../../ui/typed";

interface Sendable {
  id: string;
  name: string;
  size: number;
  number: string;
  title: string;
  of_case: boolean;
}

/** Files of published articles, those of the case's own articles first: sought by name, title or number, and attached by a press. */
export function FromArticles({ case: about, take }: { case: string; take: (file: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const words = useTyped();
  const query = new URLSearchParams({ ...(words.settled ? { q: words.settled } : {}), ...(about ? { case: about } : {}) }).toString();
  const address = `/knowledge/files?${query}`;
  const { data } = useResource(open ? address : null, () => call<{ items: Sendable[] }>("GET", address));
  const close = (event: KeyboardEvent): void => {
    if (event.key === "Escape") setOpen(false);
  };
  const choose = (file: string): void => {
    setOpen(false);
    take(file);
  };
  return (
    <>
      <Button small look={open ? "on" : "quiet"} icon="book" aria-expanded={open} onPress={() => setOpen(!open)} data-testid="from-articles">{t("writing.from_articles")}</Button>
      {open && (
        <div className="from-articles" onKeyDown={close}>
          <input className="input" type="search" autoFocus {...words.bind} placeholder={t("writing.articles_find")} aria-label={t("writing.articles_find")} data-testid="articles-find" />
          <ul className="text-list" aria-label={t("writing.from_articles")}>
            {(data?.items ?? []).map((each) => (
              <li key={each.id}><button type="button" className="text-choice" onClick={() => choose(each.id)} data-testid={`article-file-${each.name}`}>
                <span className="strong clip" dir="auto">{each.name}</span><span className="tiny soft num">{size(each.size)}</span>
                <span className="tiny faint clip" dir="auto">{each.of_case && `${t("writing.of_this_case")} · `}{each.number} {each.title}</span>
              </button></li>
            ))}
            {data?.items.length === 0 && <li className="tiny faint">{t("writing.articles_none")}</li>}
          </ul>
        </div>
      )}
    </>
  );
}
