import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/icon";

/** Beside somebody who is not on the line: an agent is to call them. */
export function CallbackMark({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = t("board.callback");
  return <span className="callback-mark" role="img" aria-label={words} title={words} data-testid={`callback-${id}`}><Icon name="callback" size={15} /></span>;
}
