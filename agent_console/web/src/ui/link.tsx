import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { go } from "../route";

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  "data-testid"?: string;
}

/** A link within the console: a real one, so that it can be copied and opened in another tab. */
export function Link({ to, onClick, ...rest }: Props) {
  const press = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void go(to);
  };
  return <a {...rest} href={to} onClick={press} />;
}
