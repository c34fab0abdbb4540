import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { callOf } from "../../phone/calls";
import { useDesk, usePhone } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Ring, Timer } from "../../ui/ring";
import { useBusy } from "../../ui/busy";
import { Wrong } from "../../ui/panes";
import { useShortcut } from "../desk/shortcuts";

/** Take it or leave it, with the time that is left. A call is taken on the phone, a letter on the server. */
export function OfferPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { phone: device } = useDesk();
  const phone = usePhone();
  const [busy, problem, run] = useBusy();
  const ringing = callOf(item, phone);
  const offer = item.offer;
  const onThisPhone = item.medium === "email" || ringing?.state === "ringing";
  const take = (): void => {
    if (item.medium === "voice") device.answer();
    else if (offer) run(() => call("POST", `/offers/${segment(offer.id)}/accept`));
  };
  const leave = (): void => {
    if (offer) run(() => call("POST", `/offers/${segment(offer.id)}/decline`));
  };
  useShortcut("answer", onThisPhone ? take : null);
  useShortcut("decline", leave);
  const waited = <Timer since={item.enqueued_at} />;
  return (
    <section className="offer" aria-live="assertive" aria-label={t(`offer.${item.medium}`)}>
      {offer && <Ring until={offer.deadline} totalS={offer.ring_s} size={56} label={t("offer.left")} />}
      <div className="grow">
        <p className="strong">{t(`offer.${item.medium}`)}</p>
        <p className="soft small">{t("offer.waited")} {waited}{hint(t, item, ringing !== null, phone.stage)}</p>
        <Wrong problem={problem} />
      </div>
      <Button look="plain" big icon={item.medium === "voice" ? "hangup" : "cross"} onPress={leave} isDisabled={busy} data-testid="decline">{t("offer.decline")}</Button>
      <Button look="go" big icon={item.medium === "voice" ? "phone" : "mail"} onPress={take} isDisabled={busy || !onThisPhone} data-testid="answer">
        {t(item.medium === "voice" ? "offer.answer" : "offer.accept")}
      </Button>
    </section>
  );
}

function hint(t: (key: string) => string, item: Item, here: boolean, stage: string): string {
  if (item.medium === "email" || here) return "";
  return ` · ${t(stage === "elsewhere" ? "offer.in_other_tab" : "offer.phone_follows")}`;
}
