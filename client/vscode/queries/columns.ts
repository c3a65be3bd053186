import * as vscode from 'vscode';

/** Type of the panels that show results. */
export const resultPanel = 'pond.grid';

/**
 * The column of a new result: that of other results, else the next one. In the active column, a result would hide its
 * query.
 */
export function columnOfResult(): vscode.ViewColumn {
  return otherColumn((group) => group.tabs.some(isResult)) ?? vscode.ViewColumn.Beside;
}

/**
 * The column of a new query: the active one, unless that shows a result and another column has none: the result of the
 * query would open one more column.
 */
export function columnOfQuery(): vscode.ViewColumn {
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const isAtResult = activeTab !== undefined && isResult(activeTab);
  return (isAtResult ? otherColumn(({ tabs }) => !tabs.some(isResult)) : undefined) ?? vscode.ViewColumn.Active;
}

function otherColumn(fits: (group: vscode.TabGroup) => boolean): vscode.ViewColumn | undefined {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  return all.find((group) => group !== activeTabGroup && fits(group))?.viewColumn;
}

/** VS Code puts a prefix of its own before the type. */
function isResult({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(resultPanel);
}
