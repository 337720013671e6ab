/** Between 1 and 40 cuts, the same ones for the same seed; a cut may fall inside a character or between CR and LF. */
export function cutAtRandom(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const cuts = Array.from({ length: 1 + (random() % 40) }, () => random() % (bytes.length + 1));
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}

/** A piece a byte. */
export function cutIntoBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1));
}

/** A linear congruential generator: the same cuts on every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >>> 8;
  };
}
