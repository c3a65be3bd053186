/** The script of a site that writes what a chart shows as CSV. */
export const csvScript = String.raw`// What a chart shows, as a CSV file: times as in 2024-12-31T23:00:00Z, and numbers with all their digits.

/** The text of rows, which have their time in milliseconds, with these columns. */
export function csvText(rows, columns) {
  const lines = rows.map((row) => [new Date(row.time).toISOString().replace(".000Z", "Z"), ...columns.map((name) => number(row[name]))]);
  return [["time", ...columns].map(field), ...lines].map((line) => line.join(",") + "\r\n").join("");
}

/** Saves a text as a file of the reader. */
export function saveText(text, name) {
  const url = URL.createObjectURL(new Blob([text], {type: "text/csv"}));
  const link = Object.assign(document.createElement("a"), {href: url, download: name});
  link.click();
  URL.revokeObjectURL(url);
}

/** A name of a file that all systems accept. */
export function fileName(...parts) {
  return parts.join("-").replace(/[^\p{L}\p{N}.-]+/gu, "-") + ".csv";
}

function number(value) {
  return value == null ? "" : String(value);
}

// A spreadsheet takes a text that begins with one of these signs for a formula.
function field(text) {
  const plain = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(plain) ? '"' + plain.replaceAll('"', '""') + '"' : plain;
}
`;
