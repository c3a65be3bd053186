import { DateShape } from './dateShape.ts';
import { type Form, forms, type NumberSizes, plainForm, separatedForm } from './numberForm.ts';

/** A value with its place. */
export interface PlacedValue {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** Rules that are stated for values. */
export interface ValueRules {
  /** Texts that stand for a missing value. */
  readonly nulls: ReadonlySet<string>;
  /** A number without the stated separators of thousands; undefined for any other text. Undefined when none are stated. */
  readonly withoutThousands?: ((text: string) => string | undefined) | undefined;
  /** True for a text in the stated format of dates; undefined without one. */
  readonly isFormatted: ((text: string) => boolean) | undefined;
  /** True for a text that the stated type of the column holds; undefined without one that is tested. */
  readonly fits?: ((text: string) => boolean) | undefined;
}

/** Number of values from which a word among numbers is a fault of its line and no sign of a column of text. */
export const settledValues = 20_000;

/** Forms of dates in one column, at most. */
export const shapesMax = 400;

const numbers = new Float64Array(12);
const space = 0x20;

/** A record that is read, as RecordReader has it. */
interface ReadRecord {
  readonly bytes: Buffer;
  /** Starts and ends of the fields in `bytes`. */
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
  readonly line: number;
  text(field: number): string;
}

/** All that decides the type of a column: found in every one of its values. */
export class ColumnFacts {
  /** Bits of the forms of all values. */
  found = 0;
  /** Number of values that are not missing; not counted further once the column is text. */
  values = 0;
  /** Number of them in the stated format of dates. */
  formattedValues = 0;
  /** True when a value has spaces around it, or a missing value is made of spaces. */
  hasSpaces = false;
  readonly sizes: NumberSizes = { whole: 0, scale: 0, isBig: false, isDouble: true, hasExponent: false };
  readonly shapes = new Map<number, DateShape>();
  /** The first value of each form. */
  readonly first = new Map<number, PlacedValue>();
  /** Number of values before the first text. */
  valuesBeforeText = 0;
  /** The first value that the stated type does not hold. */
  unfit: PlacedValue | undefined;
  readonly #rules: ValueRules;
  #lastKey = 0;
  #lastShape: DateShape | undefined;

  constructor(rules: ValueRules) {
    this.#rules = rules;
  }

  has(form: Form): boolean {
    return (this.found & forms[form]) !== 0;
  }

  /** The first value of a form; undefined when there is none. */
  firstOf(form: Form): PlacedValue | undefined {
    return this.first.get(forms[form]);
  }

  /** True when no further value changes the facts. */
  get isFinal(): boolean {
    return (this.found & forms.text) !== 0 && (this.#rules.fits === undefined || this.unfit !== undefined);
  }

  /** True when values of one class (valueClass.ts) have the same effect, but for the texts of missing values. */
  get isByClass(): boolean {
    return this.#rules.fits === undefined && this.#rules.isFormatted === undefined;
  }

  /** Takes the value of a field. */
  take(record: ReadRecord, field: number): void {
    const { bytes } = record;
    const start = record.starts[field] ?? 0;
    const end = record.ends[field] ?? 0;
    if (start === end || this.isFinal) return;
    let from = start;
    let to = end;
    while (from < to && bytes[from] === space) from += 1;
    while (to > from && bytes[to - 1] === space) to -= 1;
    if (from > start || to < end) this.hasSpaces = true;
    if (from === to) return;
    const { nulls, isFormatted, fits } = this.#rules;
    if (nulls.size > 0 && isAmong(nulls, record.text(field))) return;
    if (fits !== undefined && this.unfit === undefined && !fits(trimSpaces(record.text(field))))
      this.unfit = { line: record.line, text: trimSpaces(record.text(field)) };
    let form = plainForm(bytes, from, to, this.sizes);
    if (isFormatted !== undefined && isFormatted(trimSpaces(record.text(field)))) {
      this.formattedValues += 1;
      if (form === 0) form = forms.formatted;
    }
    if (form === 0) form = this.#otherForm(record, field, from, to);
    this.values += 1;
    if ((this.found & form) !== 0) return;
    this.found |= form;
    this.first.set(form, { line: record.line, text: trimSpaces(record.text(field)) });
    if (form === forms.text) this.valuesBeforeText = this.values - 1;
  }

  #otherForm(record: ReadRecord, field: number, from: number, to: number): number {
    const key = shapeKey(record.bytes, from, to);
    const text = (): string => trimSpaces(record.text(field));
    const shape = key === this.#lastKey ? this.#lastShape : this.shapes.get(key);
    if (shape !== undefined) {
      this.#lastKey = key;
      this.#lastShape = shape;
      return shape.take(numbers, record.line, text) ? forms.date : forms.text;
    }
    const trimmed = text();
    const found = DateShape.of(trimmed);
    if (found === undefined || this.shapes.size >= shapesMax) return this.#wordForm(trimmed);
    this.shapes.set(key, found);
    return found.take(numbers, record.line, text) ? forms.date : forms.text;
  }

  #wordForm(text: string): number {
    const number = this.#rules.withoutThousands?.(text);
    if (number === undefined) return wordForm(text, this.sizes);
    const bytes = Buffer.from(number);
    const form = plainForm(bytes, 0, bytes.length, this.sizes);
    return form === 0 ? separatedForm(number, this.sizes) : form;
  }
}

/** A text as SQL reads it, which takes no other space for one: not a tab, nor one that does not break a line. */
const trimSpaces = (text: string): string => text.replaceAll(/^ +| +$/g, '');

function isAmong(nulls: ReadonlySet<string>, text: string): boolean {
  return nulls.has(text) || nulls.has(trimSpaces(text));
}

/**
 * Puts the numbers of a text into `numbers`, and returns a key that is equal for texts that differ in the digits of
 * these numbers alone. Numbers of one and of two digits are alike.
 */
function shapeKey(bytes: Buffer, from: number, to: number): number {
  let key = 17;
  let count = 0;
  let at = from;
  while (at < to) {
    let byte = bytes[at] ?? 0;
    let digits = 0;
    let value = 0;
    while (at < to && byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + byte - 0x30;
      digits += 1;
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (digits > 0) {
      if (count < numbers.length) numbers[count++] = value;
      key = (Math.imul(key, 31) + (digits < 3 ? 2 : digits)) | 0;
      continue;
    }
    key = (Math.imul(key, 31) + 256 + byte) | 0;
    at += 1;
  }
  return key;
}

/** The key of a whole text. */
export function shapeKeyOf(text: string): number {
  const bytes = Buffer.from(text);
  return shapeKey(bytes, 0, bytes.length);
}

const timeOfDay = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/;

function wordForm(text: string, sizes: NumberSizes): number {
  if (/^(true|false)$/i.test(text)) return forms.truth;
  if (/^[+-]?(nan|inf|infinity)$/i.test(text)) return forms.special;
  if (timeOfDay.test(text)) return forms.time;
  const form = /^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(text) ? separatedForm(text, sizes) : 0;
  return form === 0 ? forms.text : form;
}
