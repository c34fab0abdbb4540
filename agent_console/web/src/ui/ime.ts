/** What a keyboard event must offer to be judged; React's and the browser's both do. */
interface Key {
  key: string;
  keyCode: number;
  ctrlKey: boolean;
  metaKey: boolean;
  isComposing?: boolean;
  nativeEvent?: { isComposing: boolean };
}

/** Whether an input method still composes: its Enter takes a candidate and must never send (229: Safari's way). */
export function composing(event: Key): boolean {
  return (event.nativeEvent?.isComposing ?? event.isComposing ?? false) || event.keyCode === 229;
}

/** Ctrl+Enter (Cmd+Enter) sends, unless an input method composes. */
export function sends(event: Key): boolean {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey) && !composing(event);
}
