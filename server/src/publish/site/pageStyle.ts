/** Style sheet of a site's chart pages. */
export const pageStyle = String.raw`/* A page of charts. */

.pond-page {
  margin-top: 0.6rem;
}

.pond-page[aria-busy] .pond-chart {
  opacity: 0.55;
}

.pond-chart {
  min-height: 200px;
  transition: opacity 150ms;
}

.pond-controls {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem 1.1rem;
  margin-bottom: 0.5rem;
}

.pond-group {
  display: inline-flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem;
  color: var(--pond-muted);
  font-size: 0.82rem;
}

.pond-group button,
.pond-group input {
  box-sizing: border-box;
  height: 2rem;
  margin: 0;
  padding: 0 0.6rem;
  border: 1px solid var(--pond-line);
  border-radius: 7px;
  background: var(--pond-card);
  color: var(--theme-foreground);
  font: inherit;
}

.pond-group input {
  flex: 0 1 auto;
  padding-inline: 0.4rem;
}

@media (max-width: 480px) {
  .pond-group input {
    width: 7.4rem;
  }
}

.pond-group button {
  cursor: pointer;
}

.pond-group button:hover:enabled {
  border-color: var(--pond-accent);
}

.pond-group button[aria-pressed="true"] {
  border-color: var(--pond-accent);
  background: var(--pond-accent);
  color: var(--pond-card);
}

.pond-group button.pond-used:not([aria-pressed="true"]) {
  border-color: var(--pond-accent);
}

.pond-group button:disabled {
  opacity: 0.4;
  cursor: default;
}

.pond-group :focus-visible {
  outline: 2px solid var(--pond-accent);
  outline-offset: 1px;
}

.pond-status {
  max-width: none;
  min-height: 1.3em;
  margin: 0.3rem 0 0.9rem;
  color: var(--pond-muted);
  font-size: 0.82rem;
  font-variant-numeric: tabular-nums;
}

.pond-card {
  margin: 0 0 1rem;
  padding: 0.9rem 1rem 0.6rem;
  border: 1px solid var(--pond-line);
  border-radius: 10px;
  background: var(--pond-card);
}

.pond-card header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 0.2rem 1rem;
  margin-bottom: 0.3rem;
}

.pond-card h2 {
  margin: 0;
  font-size: 1.02rem;
  font-weight: 600;
}

.pond-card h2 small {
  margin-left: 0.4rem;
  color: var(--pond-muted);
  font-weight: 400;
}

.pond-legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.15rem 0.9rem;
  font-size: 0.82rem;
}

.pond-legend span::before {
  display: inline-block;
  width: 0.75rem;
  height: 0.2rem;
  margin-right: 0.4rem;
  border-radius: 2px;
  background: var(--color);
  vertical-align: middle;
  content: "";
}

/* High contrast removes backgrounds, which show what is pressed and whose line is whose. */

@media (forced-colors: active) {
  .pond-group button[aria-pressed="true"] {
    border-color: Highlight;
    background: Highlight;
    color: HighlightText;
    forced-color-adjust: none;
  }

  .pond-group button.pond-used:not([aria-pressed="true"]) {
    border: 2px solid Highlight;
  }

  .pond-legend span::before,
  .pond-band {
    forced-color-adjust: none;
  }

  .pond-tile svg {
    color: LinkText;
  }
}

.pond-facts {
  margin: 0 0 0 auto;
  color: var(--pond-muted);
  font-size: 0.8rem;
  font-variant-numeric: tabular-nums;
}

.pond-card header button {
  padding: 0.1rem 0.55rem;
  border: 1px solid var(--pond-line);
  border-radius: 7px;
  background: var(--pond-card);
  color: var(--pond-muted);
  font: inherit;
  font-size: 0.78rem;
  cursor: pointer;
}

.pond-card header button:hover:enabled,
.pond-card header button:focus-visible {
  border-color: var(--pond-accent);
}

.pond-card header button:disabled {
  opacity: 0.4;
  cursor: default;
}

.pond-empty {
  padding: 1.6rem 0;
  color: var(--pond-muted);
}

.pond-band {
  fill: var(--pond-accent);
  fill-opacity: 0.18;
  pointer-events: none;
}

.pond-chart svg {
  cursor: crosshair;
  user-select: none;
}

.pond-files {
  margin-top: 1.4rem;
  color: var(--pond-muted);
  font-size: 0.85rem;
}

.pond-files table {
  max-width: none;
}
`;
