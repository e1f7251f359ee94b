/* The total of a row while it is typed, as the server works it out (app/scoring/formulas.py). Exact: amounts are whole
   millionths, and whatever is divided is rounded once, half up. */

const MICRO = 1_000_000n;
const PLACES = 6;
const TOO_LARGE = 10n ** 12n * MICRO;
const GRAVEST = ["DSQ", "DNF", "DNS"];
const FAILED = ["x", "×", "✗"];
const SPACES = " \u00a0\u2009\u202f";
const NUMBER = new RegExp(`^(?:[+-]?(?:[0-9]{1,3}(?:[${SPACES}][0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?|[+-]?[.,][0-9]+)$`);
const SECONDS = /^(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)$/;
const CLOCK = /^([0-9]+):([0-5][0-9])(?:[.,:]([0-9]+))?$/;

/* What stands as the total of these texts: "" where there is none yet, or where something cannot be read. */
export function total(texts, marking) {
  const marks = texts.map((text) => read(text, marking.times));
  if (marks.includes(undefined)) return "";
  const parts = marking.weights.map((_weight, place) => part(marks.slice(place * marking.each, (place + 1) * marking.each), marking));
  const statuses = parts.filter((one) => typeof one === "string");
  if (statuses.length) return gravest(statuses, parts.some((one) => typeof one === "bigint"));
  const amount = joined(parts, marking);
  return amount === null ? "" : show(amount, marking);
}

// One mark --------------------------------------------------------------------------------------------------------

/* Millionths, a status, null for a blank field; undefined for what the server will refuse. */
function read(typed, times) {
  const text = typed.trim().replaceAll("\u2212", "-");
  if (!text) return null;
  if (GRAVEST.includes(text.toUpperCase())) return text.toUpperCase();
  if (!times && FAILED.includes(text.toLowerCase())) return "DNF";
  const amount = times ? readTime(text) : NUMBER.test(text) ? millionths(text.replace(new RegExp(`[${SPACES}]`, "g"), "")) : undefined;
  return amount !== undefined && amount < TOO_LARGE && amount > -TOO_LARGE ? amount : undefined;
}

function readTime(text) {
  const clock = CLOCK.exec(text);
  const seconds = clock ? `${60n * BigInt(clock[1]) + BigInt(clock[2])}.${clock[3] ?? 0}` : text;
  if (!SECONDS.test(seconds) || (seconds.split(/[.,]/)[1] ?? "").length > 2) return undefined;
  return millionths(seconds);
}

function millionths(text) {
  const [whole, fraction = ""] = text.replace(/^[+-]/, "").split(/[.,]/);
  if (fraction.length > PLACES) return undefined;
  const amount = BigInt(whole || 0) * MICRO + BigInt(fraction.padEnd(PLACES, "0"));
  return text.startsWith("-") ? -amount : amount;
}

// One criterion ---------------------------------------------------------------------------------------------------

function part(marks, marking) {
  const given = marks.filter((mark) => mark !== null);
  const failed = given.filter((mark) => typeof mark === "string" || (marking.negative_fails && mark < 0n));
  const statuses = failed.map((mark) => (typeof mark === "string" ? mark : "DNF"));
  const numbers = given.filter((mark) => !failed.includes(mark)).sort((a, b) => Number(a > b) - Number(a < b));
  if (marking.higher_is_better) numbers.reverse();
  const [best, worst] = marking.higher_is_better ? [marking.drop_highest, marking.drop_lowest] : [marking.drop_lowest, marking.drop_highest];
  if (!given.length) return null;
  if (!numbers.length) return gravest(statuses, false);
  if (marking.formula === "BEST") return numbers[0];
  if (marking.missing === "REMOVED") {
    return statuses.includes("DSQ") ? "DSQ" : combined(numbers.slice(best, Math.max(numbers.length - worst, 0)), marking);
  }
  if (statuses.includes("DSQ") || failed.length > worst) return gravest(statuses, true);
  const stillToDrop = worst - failed.length - (marks.length - given.length);
  if (stillToDrop < 0 && marking.formula !== "SUM") return null;
  return combined(numbers.slice(best, Math.max(numbers.length - Math.max(stillToDrop, 0), 0)), marking);
}

function gravest(statuses, hasStarted) {
  const found = GRAVEST.find((status) => statuses.includes(status));
  return hasStarted && found === "DNS" ? "DNF" : found;
}

function combined(numbers, marking) {
  if (!numbers.length) return null;
  const sum = numbers.reduce((all, one) => all + one, 0n);
  if (marking.formula === "SUM") return sum;
  if (marking.formula === "MEAN") return halfUp(sum, BigInt(numbers.length), marking.places);
  return halfUp(numbers[Math.floor((numbers.length - 1) / 2)] + numbers[Math.floor(numbers.length / 2)], 2n, marking.places);
}

function joined(parts, marking) {
  const weighted = parts.map((amount, place) => [amount, millionths(marking.weights[place])]).filter(([amount]) => amount !== null);
  if (!weighted.length) return null;
  if (marking.joined === "SUM") return weighted.reduce((all, [amount, weight]) => all + halfUp(amount * weight, MICRO, marking.places), 0n);
  const [sum, weights] = weighted.reduce(([sum, weights], [amount, weight]) => [sum + amount * weight, weights + weight], [0n, 0n]);
  return halfUp(sum, weights, marking.places);
}

/* A fraction of millionths, rounded half away from zero to so many places. */
function halfUp(numerator, denominator, places) {
  const unit = 10n ** BigInt(PLACES - (places ?? PLACES));
  const [size, by] = [numerator < 0n ? -numerator : numerator, denominator * unit];
  const rounded = ((2n * size + by) / (2n * by)) * unit;
  return numerator < 0n ? -rounded : rounded;
}

// Shown -----------------------------------------------------------------------------------------------------------

function show(amount, marking) {
  const [sign, size] = amount < 0n ? ["-", -amount] : ["", amount];
  if (marking.times) {
    const [minutes, rest] = [size / (60n * MICRO), size % (60n * MICRO)];
    const [seconds, hundredths] = [rest / MICRO, (rest % MICRO) / 10_000n];
    const fraction = hundredths || marking.decimal_places ? `${marking.decimal_mark}${String(hundredths).padStart(2, "0")}` : "";
    return `${minutes}:${String(seconds).padStart(2, "0")}${fraction}`;
  }
  const fraction = String(size % MICRO).padStart(PLACES, "0").replace(/0+$/, "").padEnd(marking.decimal_places, "0");
  return `${sign}${size / MICRO}${fraction ? marking.decimal_mark + fraction : ""}`;
}

// On a sheet ------------------------------------------------------------------------------------------------------

const sheet = document.querySelector("[data-marking]");
if (sheet) {
  const marking = JSON.parse(sheet.dataset.marking);
  const tell = (row) => {
    const output = row?.querySelector("[data-total]");
    if (output) output.value = total([...row.querySelectorAll(".row__field")].map((field) => field.value), marking);
  };
  for (const name of ["input", "change", "htmx:afterSettle"]) sheet.addEventListener(name, ({ target }) => tell(target.closest?.(".row")));
  window.addEventListener("pageshow", () => sheet.querySelectorAll(".row").forEach(tell));
}
