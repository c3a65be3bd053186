import { type ViewNode } from './nodes.ts';
import { type ResourcesView } from './view.ts';

/** A row of the Resources view as users see it. */
export interface ShownRow {
  readonly label: string;
  readonly description: string;
  /** Screen reader text, if it differs from the label and the description. */
  readonly spoken: string | undefined;
  /** Text of the tooltip, the Markdown source if it is Markdown. */
  readonly tooltip: string;
  /** Context value for menus: `kind`, `resource.idle`, `output.table`, … */
  readonly context: string;
  readonly node: ViewNode;
  readonly children: readonly ShownRow[];
}

/** All rows below a row that are available without opening a directory. */
export async function rowsOf(view: ResourcesView, node: ViewNode): Promise<readonly ShownRow[]> {
  const rows = await view.rows(node);
  return Promise.all(
    rows.map(async ({ node: child, item }) => ({
      label: typeof item.label === 'string' ? item.label : (item.label?.label ?? ''),
      description: typeof item.description === 'string' ? item.description : '',
      spoken: item.accessibilityInformation?.label,
      tooltip: typeof item.tooltip === 'string' ? item.tooltip : (item.tooltip?.value ?? ''),
      context: item.contextValue ?? '',
      node: child,
      children: child.type === 'output' ? [] : await rowsOf(view, child),
    })),
  );
}
