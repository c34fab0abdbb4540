import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { useCaseNews, useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Banner } from "../../ui/panes";
import type { WritingDoc } from "./types";

/** Above a case: that a colleague is writing in it, from when they begin until they send it or throw it away. */
export function CaseNotice({ of, version }: { of: string | null; version: string }) {
  return of === null ? null : <Writers caseId={of} version={version} />;
}

function Writers({ caseId, version }: { caseId: string; version: string }) {
  const { t } = useTranslation();
  const me = useDesk().session?.user?.id;
  const news = useCaseNews(caseId);
  const address = `/drafts?case=${segment(caseId)}`;
  const { data } = useResource(address, () => call<WritingDoc>("GET", address), `${version}/${news}`);
  const writers = [...new Set((data?.items ?? []).filter(({ owner_id, send_at }) => owner_id !== me && send_at === null).map(({ owner }) => owner))];
  if (writers.length === 0) return null;
  return <Banner tone="ring" icon="pen"><span data-testid="case-writers">{t("writing.case_writers", { names: writers.join(t("writing.names_between")) })}</span></Banner>;
}
