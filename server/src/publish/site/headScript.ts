/** The script in the head of each page of a site: it runs in any browser, also on a page that is opened as a file. */
import { scriptValue } from '../../documents/pageNames.ts';

const note = `Charts need a web server: browsers run their scripts only on pages that a server sends. \
In the folder of this website, run "npx http-server" or "python3 -m http.server", and open the address that it prints.`;

/**
 * Returns the HTML that sets the language of the pages, and says why a page that is opened by a double click has no
 * charts. `lang` is a language tag.
 */
export function headOf(lang: string): string {
  return `<script>
document.documentElement.lang = ${scriptValue(lang)};
if (location.protocol === "file:") addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("observablehq-loading").forEach((one) => one.remove());
  if (document.querySelector(".observablehq--block") === null) return;
  const note = document.createElement("p");
  note.className = "pond-note";
  note.lang = "en";
  note.textContent = ${scriptValue(note)};
  document.querySelector("main").prepend(note);
});
</script>`;
}
