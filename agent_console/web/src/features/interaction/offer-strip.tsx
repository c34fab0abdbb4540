import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import type { Item } from "../../net/types";
import type { PhoneCall } from "../../phone/phone";
import { useDesk, useList } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import type { Above } from "../../ui/modal";
import { Wrong } from "../../ui/panes";
import { Ring } from "../../ui/ring";
import { customerLang, customerName, iconOf, inOrder, offerKey } from "../desk/items";
import { useOffer, usePlainCall } from "./offer";
import { passedKey } from "./passed-on";

/** On top of a dialog: what is offered at this moment, to take or to leave without a look at the desk. */
export function OfferStrip({ taken }: Above) {
  const items = useList("items");
  const plain = usePlainCall(items);
  const offered = inOrder(items).find(({ state }) => state === "offered");
  if (offered) return <Offered key={offered.id} item={offered} taken={taken} />;
  return plain?.state === "ringing" ? <Plain call={plain} taken={taken} /> : null;
}

function Offered({ item, taken }: { item: Item } & Above) {
  const { t } = useTranslation();
  const { busy, problem, here, take, leave } = useOffer(item);
  const voice = item.medium === "voice";
  return (
    <section className="offer-strip" aria-label={t(offerKey(item))} data-testid="offer-strip">
      {item.offer && <Ring until={item.offer.deadline} totalS={item.offer.ring_s} label={t("offer.left")} />}
      <Who words={t(offerKey(item))} name={customerName(item)} lang={customerLang(item)} more={[item.passed_by !== null && t(passedKey(item), { name: item.passed_by }), item.queue.name].filter(Boolean).join(" · ")} />
      <Wrong problem={problem} />
      <Button icon={voice ? "hangup" : "cross"} isDisabled={busy} onPress={leave} data-testid="strip-decline">{t("offer.decline")}</Button>
      <Button look="go" icon={iconOf(item.medium)} isDisabled={busy || !here} onPress={() => { take(); taken(); }} data-testid="strip-answer">{t(voice ? "offer.answer" : "offer.accept")}</Button>
    </section>
  );
}

function Plain({ call, taken }: { call: PhoneCall } & Above) {
  const { t } = useTranslation();
  const { phone } = useDesk();
  const words = t(call.consult ? "consult.asks" : "offer.voice");
  return (
    <section className="offer-strip" aria-label={words} data-testid="offer-strip">
      <Who icon="phone" words={words} name={phoneNumber(call.from)} />
      <Button icon="hangup" onPress={() => phone.hangUp()} data-testid="strip-decline">{t("offer.decline")}</Button>
      <Button look="go" icon="phone" onPress={() => { phone.answer(); taken(); }} data-testid="strip-answer">{t("offer.answer")}</Button>
    </section>
  );
}

function Who({ icon, words, name, lang, more = "" }: { icon?: IconName; words: string; name: string; lang?: string; more?: string }) {
  return (
    <>
      {icon && <Icon name={icon} size={20} />}
      <span className="grow line-two" role="alert">
        <span className="tiny soft clip">{[words, more].filter(Boolean).join(" · ")}</span>
        <span className="strong clip" dir="auto" lang={lang}>{name}</span>
      </span>
    </>
  );
}
