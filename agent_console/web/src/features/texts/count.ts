/** How a text goes out as text messages; the server counts the same (channels/sms/counting.py, which a test holds). */
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENSION = new Set("\f^{}\\[~]|€");

export interface Counted {
  encoding: "gsm7" | "ucs2";
  units: number;
  parts: number;
  /** Until the next part begins. */
  left: number;
}

export function count(text: string): Counted {
  const signs = [...text];
  if (signs.every((sign) => BASIC.has(sign) || EXTENSION.has(sign))) return counted("gsm7", signs.map((sign) => (EXTENSION.has(sign) ? 2 : 1)), 160, 153);
  return counted("ucs2", signs.map((sign) => sign.length), 70, 67);
}

function counted(encoding: Counted["encoding"], widths: number[], alone: number, ofMany: number): Counted {
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= alone) return { encoding, units, parts: 1, left: alone - units };
  let parts = 1;
  let filled = 0;
  for (const width of widths) {
    if (filled + width > ofMany) {
      parts += 1;
      filled = 0;
    }
    filled += width;
  }
  return { encoding, units, parts, left: ofMany - filled };
}
