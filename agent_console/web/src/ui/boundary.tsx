import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Icon } from "./icon";

/** A page that cannot be loaded (a newer console is on the server) or fails leaves the rest of the console alone. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useTranslation();
  return (
    <main className="empty" role="alert">
      <Icon name="warn" size={28} />
      <h2>{t("page.failed")}</h2>
      <p>{t("page.failed_text")}</p>
      <Button small icon="undo" onPress={() => window.location.reload()}>{t("link.reload")}</Button>
    </main>
  );
}
