import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { useSupervisor } from "./use-supervision";
import type { Hears, Wish } from "./watching";

/** What is asked before one is at a talk: with which phone, and whether one really wants to have the customer alone. */
export function Questions() {
  const question = useSupervisor()?.question;
  if (!question) return null;
  return question.about === "phone" ? <WhichPhone wish={question.wish} /> : <Sure wish={question.wish} />;
}

const PHONES: { by: Hears; icon: IconName }[] = [{ by: "browser", icon: "mic" }, { by: "desk", icon: "phone" }];

function WhichPhone({ wish }: { wish: Wish | null }) {
  const { t } = useTranslation();
  const supervision = useSupervisor();
  return (
    <Modal title={t("watch.which_phone")} icon="ear" close={() => supervision?.wonder(null)} light cross size="small" testid="watch-phone">
      <div className="watch-phones">
        {PHONES.map(({ by, icon }) => (
          <button key={by} type="button" className="candidate" onClick={() => supervision?.choose(by, wish)} data-testid={`watch-phone-${by}`}>
            <span className="candidate-icon"><Icon name={icon} /></span>
            <span className="candidate-body"><span className="strong">{t(`watch.phone_${by}`)}</span><span className="soft small">{t(`watch.phone_${by}_what`)}</span></span>
          </button>
        ))}
      </div>
      <p className="faint small">{t("watch.phone_kept")}</p>
    </Modal>
  );
}

function Sure({ wish }: { wish: Wish }) {
  const { t } = useTranslation();
  const supervision = useSupervisor();
  const leave = (): void => supervision?.wonder(null);
  return (
    <Modal title={t("watch.take_over_from", { name: wish.name })} icon="arrowIn" close={leave} alert size="small" testid="watch-sure">
      <p>{t("watch.take_over_text", { name: wish.name, customer: phoneNumber(wish.customer) || t("item.withheld") })}</p>
      <div className="dialog-foot">
        <Button onPress={leave}>{t("records.leave")}</Button>
        <Button look="primary" icon="arrowIn" onPress={() => supervision?.takeOver(wish)} data-testid="watch-sure-over">{t("watch.take_over")}</Button>
      </div>
    </Modal>
  );
}
