/** Names that templates may use: those of the syntax, and the types of those that a kind of resource adds. */

/** The names that lead on from a value. */
export interface TemplateValue {
  /** Names after a dot. */
  readonly members?: readonly TemplateName[];
  /** Each item of a list, or each value of a map. */
  readonly items?: TemplateValue;
}

/** A name with its meaning, and what its value has. */
export interface TemplateName extends TemplateValue {
  readonly name: string;
  /** A sentence or less, in Markdown. */
  readonly doc: string;
}

/** Statements that begin a `{% %}`. */
export const templateStatements = named({
  for: '`{% for item in LIST %}` … `{% endfor %}`; of a map: `for key, value in MAP`',
  endfor: 'ends `for`',
  if: '`{% if CONDITION %}` … `{% endif %}`',
  elif: 'another condition of `if`',
  else: 'what is left by `if`, or by `for` over an empty list',
  endif: 'ends `if`',
  set: '`{% set NAME = VALUE %}`',
  raw: 'text in which braces are braces, up to `{% endraw %}`',
  endraw: 'ends `raw`',
});

/** Functions of every template. */
export const templateFunctions = named({
  group: '`group(by="FIELD", in=LIST)`: a map from each value of a text field to the items that have it',
  range: '`range(3)`: the numbers 0, 1 and 2',
});

/** Filters, those that escape first: `{{ VALUE | FILTER }}`. */
export const templateFilters = named({
  plain: 'the text as it is, on a page',
  tojson: 'a JavaScript value, with the quotes of a string',
  length: 'the number of items, or of letters',
  default: '`default("text")`: instead of an undefined value',
  first: 'the first item',
  last: 'the last item',
  join: '`join(", ")`: one text of all items',
  sort: 'the items in order; `sort(attribute="name")`',
  reverse: 'the items from the last to the first',
  unique: 'the items without repetitions',
  map: '`map(attribute="name")`: a value of each item',
  selectattr: '`selectattr("unit", "equalto", "m")`: the items with this value',
  rejectattr: '`rejectattr("unit", "equalto", "m")`: the items without this value',
  items: 'the pairs of a map',
  min: 'the least item',
  max: 'the greatest item',
  sum: 'the sum of the items',
  round: '`round(2)`: rounded to decimals',
  abs: 'without its sign',
  int: 'as a whole number',
  float: 'as a number',
  string: 'as a text',
  upper: 'in capitals',
  lower: 'in small letters',
  title: 'with a capital in each word',
  capitalize: 'with one capital at its start',
  trim: 'without white space at both ends',
  replace: '`replace("_", " ")`',
  split: '`split("/")`: a list',
});

function named(docs: Readonly<Record<string, string>>): readonly TemplateName[] {
  return Object.entries(docs).map(([name, doc]) => ({ name, doc }));
}
