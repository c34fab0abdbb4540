import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { usePhone } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Ring, Timer } from "../../ui/ring";
import { Wrong } from "../../ui/panes";
import { iconOf, offerKey } from "../desk/items";
import { useShortcut } from "../desk/shortcuts";
import { useOffer } from "./offer";
import { PassedOnNote } from "./passed-on";

/** Take it or leave it, with the time that is left. A call is taken on the phone, a letter on the server. */
export function OfferPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const { busy, problem, known, here, take, leave } = useOffer(item);
  const { offer } = item;
  useShortcut("answer", here ? take : null);
  useShortcut("decline", leave);
  const waited = <Timer since={item.enqueued_at} />;
  return (
    <section className="offer" aria-live="assertive" aria-label={t(offerKey(item))}>
      {offer && <Ring until={offer.deadline} totalS={offer.ring_s} size={56} label={t("offer.left")} />}
      <div className="grow">
        <p className="strong">{t(offerKey(item))}</p>
        <p className="soft small">{!(item.dialled && item.callback) && <>{t("offer.waited")} {waited}</>}{hint(t, item, known, phone.stage)}</p>
        <Wrong problem={problem} />
      </div>
      <Button look="plain" big icon={item.medium === "voice" ? "hangup" : "cross"} onPress={leave} isDisabled={busy} data-testid="decline">{t(item.dialled && item.callback ? "dial.call_off" : "offer.decline")}</Button>
      <Button look="go" big icon={iconOf(item.medium)} onPress={take} isDisabled={busy || !here} data-testid="answer">
        {t(item.medium === "voice" ? "offer.answer" : "offer.accept")}
      </Button>
      <PassedOnNote item={item} />
    </section>
  );
}

function hint(t: (key: string) => string, item: Item, known: boolean, stage: string): string {
  if (item.medium !== "voice" || known) return "";
  return `${item.dialled && item.callback ? "" : " · "}${t(stage === "elsewhere" ? "offer.in_other_tab" : "offer.phone_follows")}`;
}
