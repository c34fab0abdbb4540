import { useTranslation } from "react-i18next";
import { Modal } from "../../ui/modal";
import { AccountPage } from "./account-page";

/** My account over whatever one is doing. A click beside it does not close it: a token that is shown once must not go by that. */
export default function AccountDialog({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal title={t("account.title")} close={close} size="wide" cross testid="account">
      <AccountPage />
    </Modal>
  );
}
