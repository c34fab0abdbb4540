/** The one dialog that everything shows that covers the console. */
import { createContext, useContext, type ComponentType, type ReactNode } from "react";
import { Dialog, Heading, Modal as Frame, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { Icon, type IconName } from "./icon";

export interface Above {
  /** What was offered was taken: whoever took it wants to see it. */
  taken: () => void;
}

/** What stands on top of every dialog. A desk puts there what rings: a dialog covers the desk, and nobody may miss a call for one. */
export const AboveDialogs = createContext<ComponentType<Above> | null>(null);

interface Props {
  title: ReactNode;
  icon?: IconName;
  close: () => void;
  /** Left out: it is shown for as long as it is drawn. */
  open?: boolean;
  size?: "small" | "wide";
  /** Nothing is lost when it goes: a click beside it closes it, and so does taking a call. */
  light?: boolean;
  /** A cross in its corner. */
  cross?: boolean;
  /** A question that wants an answer. */
  alert?: boolean;
  className?: string;
  testid?: string;
  children: ReactNode;
}

export function Modal({ title, icon, close, open = true, size, light = false, cross = false, alert = false, className, testid, children }: Props) {
  const { t } = useTranslation();
  const Top = useContext(AboveDialogs);
  return (
    <ModalOverlay className="veil" isOpen={open} onOpenChange={(is) => !is && close()} isDismissable={light}>
      <Frame className={`modal${size ? ` ${size}` : ""}`}>
        <Dialog className={`dialog${className ? ` ${className}` : ""}`} role={alert ? "alertdialog" : "dialog"} data-testid={testid}>
          {Top && <Top taken={() => light && close()} />}
          <div className="row dialog-head">
            {icon && <Icon name={icon} size={20} />}
            <Heading slot="title" level={2} className="grow clip" dir="auto">{title}</Heading>
            {cross && <IconButton icon="cross" label={t("common.close")} onPress={close} {...(testid ? { "data-testid": `${testid}-close` } : {})} />}
          </div>
          {children}
        </Dialog>
      </Frame>
    </ModalOverlay>
  );
}
