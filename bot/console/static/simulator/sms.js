// How long a text is on SMS; the same rules as bot/language/sms.py.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("^{}\\[~]|€");

/** Return encoding, units and parts of a text. */
export function smsSize(text) {
  const characters = Array.from(text);
  const isGsm = characters.every((character) => BASIC.has(character) || EXTENSION.has(character));
  const widths = characters.map((character) => (isGsm ? (EXTENSION.has(character) ? 2 : 1) : character.length));
  const [single, joined] = isGsm ? [160, 153] : [70, 67];
  const units = widths.reduce((sum, width) => sum + width, 0);
  return { encoding: isGsm ? "GSM-7" : "UCS-2", units, parts: countParts(widths, units, single, joined) };
}

/** Return how many units fit into as many parts. */
export function smsRoom({ encoding, parts }) {
  const [single, joined] = encoding === "GSM-7" ? [160, 153] : [70, 67];
  return parts === 1 ? single : parts * joined;
}

function countParts(widths, units, single, joined) {
  if (units <= single) return 1;
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) [parts, used] = [parts + 1, 0];
    used += width;
  }
  return parts;
}
