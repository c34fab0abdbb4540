import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { callOf, plainCall } from "../../phone/calls";
import type { PhoneCall } from "../../phone/phone";
import { useNow } from "../../store/clock";
import { useDesk, useLink, usePhone } from "../../store/hooks";
import { useBusy } from "../../ui/busy";

/** What can be done with an offer. A call is taken on the phone, a letter on the server. */
export function useOffer(item: Item) {
  const { phone: device } = useDesk();
  const phone = usePhone();
  const [busy, problem, run] = useBusy();
  const ringing = callOf(item, phone);
  const { offer } = item;
  return {
    busy,
    problem,
    /** The phone of this tab knows the call. */
    known: ringing !== null,
    /** It can be taken in this tab. */
    here: item.medium !== "voice" || ringing?.state === "ringing",
    take: (): void => {
      if (item.medium === "voice") device.answer();
      else if (offer) run(() => call("POST", `/offers/${segment(offer.id)}/accept`));
    },
    leave: (): void => {
      if (offer) run(() => call("POST", `/offers/${segment(offer.id)}/decline`));
    },
  };
}

/** A call on this phone that no item knows. */
export function usePlainCall(items: readonly Item[]): PhoneCall | null {
  const phone = usePhone();
  const live = useLink() === "live";
  useNow(); // an item that never comes makes it a plain call after a moment
  return plainCall(items, phone, live);
}
