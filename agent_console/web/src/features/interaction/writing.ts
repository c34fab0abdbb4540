import { useLayoutEffect, useRef } from "react";

/** Where somebody wrote when the field left the screen: wrap-up begins in the middle of a word. */
let writing: { interaction: string; part: string; start: number | null; end: number | null } | null = null;

/** A field of an interaction that is drawn anew elsewhere on the screen: writing goes on in the next one for the same part. */
export function useWriting<F extends HTMLTextAreaElement | HTMLInputElement>(interaction: string, part: string) {
  const box = useRef<F>(null);
  useLayoutEffect(() => {
    const field = box.current;
    if (field && writing?.interaction === interaction && writing.part === part) {
      field.focus();
      field.setSelectionRange(writing.start, writing.end);
      writing = null;
    }
    if (writing?.interaction !== interaction) writing = null;
    return () => {
      if (field && document.activeElement === field) writing = { interaction, part, start: field.selectionStart, end: field.selectionEnd };
    };
  }, [interaction, part]);
  return box;
}
