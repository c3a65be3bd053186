import { pageStyle } from './pageStyle.ts';

/** Style sheet of a site, light and dark. */
export const siteStyle = String.raw`@import url("observablehq:default.css");
@import url("observablehq:theme-air.css");
@import url("observablehq:theme-near-midnight.css") (prefers-color-scheme: dark);

:root {
  --sans-serif: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --serif: var(--sans-serif);
  --pond-accent: #1f6feb;
  --pond-card: #ffffff;
  --pond-line: rgb(15 30 50 / 12%);
  --pond-soft: rgb(15 30 50 / 5%);
  --pond-muted: #5d6b7a;
}

@media (prefers-color-scheme: dark) {
  :root {
    --pond-accent: #6cb0ff;
    --pond-card: #1d2025;
    --pond-line: rgb(220 235 255 / 14%);
    --pond-soft: rgb(220 235 255 / 7%);
    --pond-muted: #9aa7b5;
  }
}

body {
  font-family: var(--sans-serif);
}

#observablehq-main h1 {
  margin: 0.4rem 0 0.3rem;
  max-width: none;
  font-size: clamp(1.5rem, 3.5vw, 2.1rem);
  font-weight: 650;
  letter-spacing: -0.02em;
  overflow-wrap: anywhere;
}

.pond-lead {
  max-width: 48rem;
  margin: 0 0 1.4rem;
  color: var(--pond-muted);
  line-height: 1.55;
}

.pond-crumbs {
  margin: 0;
  color: var(--pond-muted);
  font-size: 0.82rem;
}

#observablehq-sidebar a {
  overflow-wrap: anywhere;
}

/* The list of outputs. */

.pond-section {
  margin: 2rem 0 0.7rem;
  font-size: 1.05rem;
  font-weight: 600;
}

.pond-section small {
  margin-left: 0.5rem;
  color: var(--pond-muted);
  font-weight: 400;
}

.pond-grid {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
  gap: 0.9rem;
}

a.pond-tile {
  display: flex;
  flex-direction: column;
  gap: 0.45rem;
  padding: 0.95rem 1.05rem;
  border: 1px solid var(--pond-line);
  border-radius: 10px;
  background: var(--pond-card);
  color: inherit;
  transition: border-color 120ms, box-shadow 120ms;
}

a.pond-tile:hover,
a.pond-tile:focus-visible {
  border-color: var(--pond-accent);
  box-shadow: 0 3px 14px rgb(0 0 0 / 8%);
  text-decoration: none;
}

.pond-tile strong {
  font-size: 1.02rem;
  overflow-wrap: anywhere;
}

.pond-tile svg {
  width: 100%;
  height: 44px;
  color: var(--pond-accent);
}

.pond-tile .pond-spark {
  color: var(--pond-muted);
  font-size: 0.78rem;
}

.pond-note {
  max-width: none;
  padding: 0.7rem 1rem;
  border: 1px solid var(--pond-accent);
  border-radius: 10px;
}

.pond-tile .pond-when {
  margin-top: auto;
  color: var(--pond-muted);
  font-size: 0.8rem;
}

.pond-tags {
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem;
}

.pond-tags span {
  padding: 0.1rem 0.5rem;
  border-radius: 99px;
  background: var(--pond-soft);
  color: var(--pond-muted);
  font-size: 0.76rem;
}

${pageStyle}`;
