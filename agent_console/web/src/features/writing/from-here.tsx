import { useState } from "react";
import { useTranslation } from "react-i18next";
import { size } from "../../format";
import type { Letter } from "../../net/types";
import { Button } from "../../ui/button";

/** What earlier letters of the case brought, to be attached once more. */
export function FromHere({ thread, take }: { thread: Letter[]; take: (attachment: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const there = thread.flatMap(({ attachments }) => attachments);
  if (there.length === 0) return null;
  return (
    <>
      <Button small look={open ? "on" : "quiet"} icon="case" aria-expanded={open} onPress={() => setOpen(!open)} data-testid="from-here">{t("writing.from_here")}</Button>
      {open && (
        <ul className="draft-files from-here">
          {there.map((each) => <li key={each.id}><button type="button" className="chip" onClick={() => { setOpen(false); take(each.id); }}><span className="clip">{each.name}</span><span className="tiny faint num">{size(each.size)}</span></button></li>)}
        </ul>
      )}
    </>
  );
}
