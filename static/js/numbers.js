/* Quantities as exact decimals: counted in millionths, never as floating point.
   The server writes numbers by the same rules (the `quantity` and `signed` filters). */
const MINUS = "\u2212";
const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);

/** Millionths of a plain decimal: "0.25" is 250000n, "-3" is -3000000n. */
export function micro(text) {
  const [whole, part = ""] = text.replace(/^-/, "").split(".");
  const size = BigInt(whole || "0") * ONE + BigInt(part.padEnd(PLACES, "0").slice(0, PLACES));
  return text.startsWith("-") ? -size : size;
}

/** The other way: 250000n is "0.25". */
export function plain(millionths) {
  const size = millionths < 0n ? -millionths : millionths;
  const part = String(size % ONE).padStart(PLACES, "0").replace(/0+$/, "");
  return `${millionths < 0n ? "-" : ""}${size / ONE}${part && `.${part}`}`;
}

/** As people write it: "1,284", a real minus, no trailing zeros. */
export function quantity(text, language = document.documentElement.lang) {
  const exact = plain(micro(text));
  const size = exact.replace(/^-/, "");
  const written = new Intl.NumberFormat(language, { maximumFractionDigits: PLACES }).format(size);
  return exact.startsWith("-") ? MINUS + written : written;
}

/** A change with its sign: "+12", "−2". */
export function signed(millionths, language = document.documentElement.lang) {
  return (millionths > 0n ? "+" : "") + quantity(plain(millionths), language);
}

/** What stands on the page, back as millionths; nothing readable is null. */
export function read(written, language = document.documentElement.lang) {
  const parts = new Intl.NumberFormat(language).formatToParts(1.5);
  const point = parts.find(({ type }) => type === "decimal")?.value ?? ".";
  const text = written
    .replace(MINUS, "-")
    .split(point)
    .map((part, place) => part.replace(place ? /\D/g : /[^\d-]/g, ""))
    .join(".");
  return /^-?\d+(\.\d*)?$/.test(text) ? micro(text) : null;
}
