import { useTranslation } from "react-i18next";
import { Banner } from "../../ui/panes";
import { useCoverage } from "./coverage";

/** The queues that nobody can serve, above their list; `of`: this one alone. It holds nobody up. */
export function Unserved({ of, version }: { of: string | null; version: string }) {
  const { t } = useTranslation();
  const { data } = useCoverage(version);
  const names = (data?.items ?? []).filter(({ id, unreachable }) => unreachable && (of === null || of === id)).map(({ name }) => name);
  if (names.length === 0) return null;
  return <Banner tone="ring" icon="warn"><span dir="auto" data-testid="unserved">{of === null ? t("coverage.unserved", { queues: names.join(" · ") }) : t("coverage.unserved_this")}</span></Banner>;
}
