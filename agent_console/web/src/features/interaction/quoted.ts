/** Split a letter's text into what its writer wrote and the quoted rest at its end. */
export function parted(text: string): { own: string; quoted: string } {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  let first = lines.length;
  while (first > 0 && /^\s*(>|$)/.test(lines[first - 1] ?? "")) first -= 1;
  const tail = lines.slice(first);
  if (!tail.some((line) => line.trimStart().startsWith(">"))) return { own: text.trimEnd(), quoted: "" };
  // The line "On … wrote:" belongs to what it introduces.
  const introduced = /[:：]\s*$/.test(lines[first - 1] ?? "") ? first - 1 : first;
  return { own: lines.slice(0, introduced).join("\n").trimEnd(), quoted: lines.slice(introduced).join("\n").trim() };
}
