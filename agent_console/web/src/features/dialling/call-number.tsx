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
}

/** A number that an agent calls by pressing it; for all others it is a number. The desk's dialog opens (`Dialling` listens to links). */
export function CallNumber({ number, party, caseId, className = "num" }: Props) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const shown = phoneNumber(number);
  if (session.user?.role !== "agent" || !dialled(number)) return <span className={className} dir="auto">{shown}</span>;
  return (
    <a className={`call-number ${className}`} href={`tel:${dialled(number)}`} data-party={party} data-case={caseId} title={t("dial.call_number", { number: shown })} data-testid="call-number">
      <Icon name="phone" size={13} /><span dir="auto">{shown}</span>
    </a>
  );
}
