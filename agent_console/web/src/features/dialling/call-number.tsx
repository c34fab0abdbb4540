import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { useDesk } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { dialled } from "./wanted";

interface Props {
  number: string;
  party?: string | undefined;
  caseId?: string | undefined;
  className?: string;
  /** The button alone, where the number stands elsewhere. */
  bare?: boolean;
}

/** A number that an agent calls by pressing it; for all others it is a number. The desk's dialog opens (`Dialling` listens to links). */
export function CallNumber({ number, party, caseId, className = "num", bare = false }: Props) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const shown = phoneNumber(number);
  const may = session.user?.role === "agent" && dialled(number) !== "";
  if (!may && bare) return null;
  if (!may) return <span className={className} dir="auto">{shown}</span>;
  return (
    <a className={`call-number ${className}`} href={`tel:${dialled(number)}`} data-party={party} data-case={caseId} title={t("dial.call_number", { number: shown })} {...(bare ? { "aria-label": t("dial.call_number", { number: shown }) } : {})} data-testid="call-number">
      <Icon name="phone" size={bare ? 16 : 13} />{!bare && <span dir="auto">{shown}</span>}
    </a>
  );
}
