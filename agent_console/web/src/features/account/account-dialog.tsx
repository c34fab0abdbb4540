import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../ui/button";
import { AccountPage } from "./account-page";

/** My account over whatever one is doing: a call that comes meanwhile rings on, and Escape leads back to it. */
export default function AccountDialog({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <ModalOverlay className="veil" isOpen onOpenChange={(is) => !is && close()} isDismissable>
      <Modal className="modal wide">
        <Dialog className="dialog" data-testid="account">
          <div className="row dialog-head">
            <Heading slot="title" level={2} className="grow">{t("account.title")}</Heading>
            <IconButton icon="cross" label={t("common.close")} onPress={close} data-testid="account-close" />
          </div>
          <AccountPage />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
