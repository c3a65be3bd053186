import { type FrameLocator, type Page } from 'playwright-core';

/**
 * An id of a node or a pond, or a path in hexadecimal digits: people see names. The hash of a commit is shown as such: it
 * can be compared with a copy.
 */
const idPattern = /(?<!Hash: [0-9a-f]*)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:[0-9a-f]{2}){12,})/gi;

/** Reads in the page all that people see, hover or hear. */
const textsOf = `(() => {
  const texts = [document.title, document.body.innerText];
  for (const element of document.querySelectorAll('[title], [aria-label], [placeholder]'))
    for (const name of ['title', 'aria-label', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
  return texts.join('\\n');
})()`;

/** Returns the ids in the texts of a window, or of a page in it, each with what is around it; empty without any. */
export async function shownIds(page: Page | FrameLocator): Promise<readonly string[]> {
  const text = await ('evaluate' in page ? page.evaluate(textsOf) : page.locator('body').evaluate(textsOf));
  return [...String(text).matchAll(idPattern)].map(({ index, 0: id }) =>
    String(text)
      .slice(Math.max(0, index - 60), index + id.length + 20)
      .trim(),
  );
}
