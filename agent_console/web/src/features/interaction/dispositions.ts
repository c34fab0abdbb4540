import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Disposition, Language } from "../../net/types";
import { useResource, type Resource } from "../../store/resource";

const known = new Map<string, Promise<Disposition[]>>();

/** The outcomes of a queue, or of all queues for ""; asked for once, and again after a failure. */
function load(queue: string): Promise<Disposition[]> {
  const kept = known.get(queue);
  if (kept) return kept;
  const path = queue === "" ? "/dispositions" : `/dispositions?queue=${segment(queue)}`;
  const asked = call<{ items: Disposition[] }>("GET", path).then(({ items }) => items);
  known.set(queue, asked);
  asked.catch(() => known.delete(queue)); // the failure itself is shown by whoever asked
  return asked;
}

export const useDispositions = (queue: string): Resource<Disposition[]> => useResource(queue, () => load(queue));

export function labelOf(disposition: Disposition, language: Language): string {
  return disposition.labels[language] || disposition.labels.en || disposition.code;
}

/** The words for a code of any queue; the code itself until they are there. */
export function useDispositionLabel(): (code: string) => string {
  const { i18n } = useTranslation();
  const all = useDispositions("").data ?? [];
  return (code) => {
    const found = all.find((each) => each.code === code);
    return found ? labelOf(found, i18n.language as Language) : code;
  };
}
