/** The little work before a chat: a number with which the puzzle's SHA-256 (FIPS 180-4) begins with so many zero bits. Own, since crypto.subtle needs https. */
const K = new Uint32Array(64);
const H = new Uint32Array(8);

const fraction = (value: number): number => ((value - Math.floor(value)) * 4294967296) >>> 0;

(function prime(): void {
  let found = 0;
  for (let candidate = 2; found < 64; candidate += 1) {
    let whole = true;
    for (let by = 2; by * by <= candidate; by += 1) if (candidate % by === 0) whole = false;
    if (!whole) continue;
    if (found < 8) H[found] = fraction(Math.sqrt(candidate));
    K[found] = fraction(Math.cbrt(candidate));
    found += 1;
  }
})();

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The first 32 bits of the hash of an ASCII text. */
export function firstBits(text: string): number {
  const length = text.length;
  const words = new Uint32Array((((length + 8) >> 6) + 1) * 16);
  for (let place = 0; place < length; place += 1) words[place >> 2]! |= text.charCodeAt(place) << (24 - (place & 3) * 8);
  words[length >> 2]! |= 0x80 << (24 - (length & 3) * 8);
  words[words.length - 1] = length * 8;
  const state = H.slice();
  const w = new Uint32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    w.set(words.subarray(block, block + 16));
    for (let t = 16; t < 64; t += 1) {
      const a = w[t - 15]!;
      const b = w[t - 2]!;
      w[t] = w[t - 16]! + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[t - 7]! + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place]! += word; });
  }
  return state[0]!;
}

const AT_ONCE = 2000;

/** Works in slices, so that the page stays alive. */
export async function solve(puzzle: string, bits: number): Promise<string> {
  for (let nonce = 0; ; nonce += 1) {
    if (bits === 0 || firstBits(`${puzzle}:${nonce}`) >>> (32 - bits) === 0) return String(nonce);
    if (nonce % AT_ONCE === AT_ONCE - 1) await new Promise((go) => setTimeout(go));
  }
}
