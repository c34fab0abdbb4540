import { useTranslation } from "react-i18next";
import { useList } from "../../store/hooks";
import { Banner } from "../../ui/panes";

/** Of several telephone servers, those that are away while others are there. */
export function ServersAway() {
  const { t, i18n } = useTranslation();
  const links = useList("link").filter((link) => link.server);
  const away = links.filter((link) => !link.up).map((link) => link.server);
  if (away.length === 0 || away.length === links.length) return null; // all of them: the telephone as a whole says so
  const names = new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(away);
  return <Banner tone="ring" icon="warn"><span data-testid="servers-away">{t("servers.away", { names })}</span></Banner>;
}

/** Changes whenever one of them comes or goes. */
export function useServersUp(): string {
  return useList("link").filter((link) => link.server && link.up).map((link) => link.server).join();
}
