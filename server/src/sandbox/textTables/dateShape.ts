/** The forms of dates and times in text, and the orders of day, month and year in which they can be read. */

/** The order of day, month and year in a date. */
export type DateOrder = 'day-first' | 'month-first' | 'year-first';

export const dateOrders: readonly DateOrder[] = ['day-first', 'month-first', 'year-first'];

/** Parts of a date or time as written. */
interface Parts {
  readonly first: string;
  readonly separator: string;
  readonly second: string;
  readonly third: string;
  /** The text between date and time. */
  readonly between: string | undefined;
  readonly hour: string | undefined;
  /** The character after the hour, and after the minute where seconds follow. */
  readonly colon: string | undefined;
  readonly minute: string | undefined;
  readonly second60: string | undefined;
  readonly fraction: string | undefined;
  readonly beforeHalf: string;
  readonly half: string | undefined;
  readonly beforeZone: string;
  readonly zone: string | undefined;
}

const form =
  /^(\d{4}|\d{1,2})([-/. ])(\d{1,2}|[A-Za-z]{3,9})\2(\d{4}|\d{2}|\d(?!\d))(?:(T| +)(\d{1,2})([:.])(\d{2})(?:\7(\d{2})(?:\.(\d{1,9}))?)?( ?)([AaPp][Mm])?( ?)([Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/;

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const longMonths = 'january february march april may june july august september october november december'.split(' ');
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A shape as JSON. */
export interface SavedShape {
  readonly example: string;
  readonly possible: readonly DateOrder[];
  readonly differingDay?: string | undefined;
  readonly differingYear?: string | undefined;
  readonly hasDayEnd: boolean;
  readonly excluded: readonly (readonly [order: DateOrder, value: DateInLine])[];
  readonly openCenturies: readonly (readonly [order: DateOrder, value: DateInLine])[];
}

/** A value of a column; `line` is 1-based. */
interface DateInLine {
  readonly line: number;
  readonly text: string;
}

/**
 * Years of two digits that may be of either century: 68 is 2068 to strptime, and 1968 in the data of an old station. 69 to 99
 * are read as 1969 to 1999, 00 to 39 as 2000 to 2039.
 */
const openYears = { first: 40, last: 68 } as const;

/** The values of one form in a column: those that differ in their digits alone. */
export class DateShape {
  /** The first value of this form. */
  readonly example: string;
  readonly #parts: Parts;
  readonly #fixed: DateOrder | undefined;
  /** Orders in which all values can be read. */
  possible: readonly DateOrder[];
  /** A value that is another day when day and month change places. */
  #differingDay: string | undefined;
  /** A value that is another day when the year is first. */
  #differingYear: string | undefined;
  /** True when a value has the hour 24, the end of its day. */
  hasDayEnd = false;
  /** Line and text of the first value that an order cannot read. */
  readonly excluded = new Map<DateOrder, DateInLine>();
  /** The first value whose year, in an order, may be of either century. */
  readonly openCenturies = new Map<DateOrder, DateInLine>();

  private constructor(example: string, parts: Parts) {
    this.example = example;
    this.#parts = parts;
    const isName = /[A-Za-z]/.test(parts.second);
    this.#fixed = parts.first.length === 4 ? 'year-first' : isName ? 'day-first' : undefined;
    const open = parts.third.length === 4 ? dateOrders.slice(0, 2) : dateOrders;
    this.possible = this.#fixed === undefined ? open : [this.#fixed];
  }

  /** The form of a value; undefined when it is not a date. */
  static of(text: string): DateShape | undefined {
    const match = form.exec(text);
    if (match === null) return undefined;
    const [, first = '', separator = '', second = '', third = '', between] = match;
    const [hour, colon, minute, second60, fraction, beforeHalf = '', half, beforeZone = '', zone] = match.slice(6);
    const parts: Parts = {
      ...{ first, separator, second, third, between, hour, colon, minute, second60, fraction },
      ...{ beforeHalf, half, beforeZone, zone },
    };
    const isName = /[A-Za-z]/.test(second);
    const isYearFirst = first.length === 4;
    if (isName && (isYearFirst || monthOf(second) === undefined)) return undefined;
    if (!isName && separator === ' ') return undefined;
    if (isYearFirst ? third.length > 2 : third.length === 1) return undefined;
    // Spreadsheets of some countries write 3.04 for a time; with a zone, or after a T, no program does.
    if (colon === '.' && (between === 'T' || zone !== undefined)) return undefined;
    // 1.2.26 is rather the number of a version than a date.
    if (separator === '.' && third.length === 2 && !isYearFirst && (first.length < 2 || second.length < 2))
      return undefined;
    if ((beforeHalf !== '' && half === undefined && zone === undefined) || (beforeZone !== '' && zone === undefined))
      return undefined;
    return new DateShape(text, parts);
  }

  /** The shape whose `saved` this is. */
  static restore({ example, possible, differingDay, differingYear, hasDayEnd, ...values }: SavedShape): DateShape {
    const shape = DateShape.of(example)!;
    shape.possible = possible;
    shape.hasDayEnd = hasDayEnd;
    shape.#differingDay = differingDay;
    shape.#differingYear = differingYear;
    for (const [order, value] of values.excluded) shape.excluded.set(order, value);
    for (const [order, value] of values.openCenturies) shape.openCenturies.set(order, value);
    return shape;
  }

  get saved(): SavedShape {
    return {
      example: this.example,
      possible: this.possible,
      differingDay: this.#differingDay,
      differingYear: this.#differingYear,
      hasDayEnd: this.hasDayEnd,
      excluded: [...this.excluded],
      openCenturies: [...this.openCenturies],
    };
  }

  /** True when the order of day, month and year is not given by the form itself. */
  get hasOrder(): boolean {
    return this.#fixed === undefined;
  }

  get hasTime(): boolean {
    return this.#parts.hour !== undefined;
  }

  get hasZone(): boolean {
    return this.#parts.zone !== undefined;
  }

  /** Number of digits of a second's fraction. */
  get fractionDigits(): number {
    return this.#parts.fraction?.length ?? 0;
  }

  /** True for the notation that DuckDB's own types are cast from. */
  get isIso(): boolean {
    const { first, separator, colon, half, between, zone, beforeZone } = this.#parts;
    const isPlain = between === undefined || between.length === 1;
    return (
      first.length === 4 &&
      separator !== '.' &&
      colon !== '.' &&
      half === undefined &&
      isPlain &&
      (zone === undefined || beforeZone === '')
    );
  }

  /** A value that is another day in another of several orders; undefined when all orders agree. */
  differingIn(orders: readonly DateOrder[]): string | undefined {
    if (orders.length < 2) return undefined;
    return orders.includes('year-first') ? this.#differingYear : this.#differingDay;
  }

  /** The format of strptime in an order. */
  formatIn(order: DateOrder): string {
    const { first, separator, second, third, between, hour, colon, second60, fraction } = this.#parts;
    const { beforeHalf, half, beforeZone, zone } = this.#parts;
    const isLong = longMonths.includes(second.toLowerCase()) && second.length > 3;
    const month = /[A-Za-z]/.test(second) ? (isLong ? '%B' : '%b') : '%m';
    const year = first.length === 4 || third.length === 4 ? '%Y' : '%y';
    const parts = {
      'day-first': ['%d', month, year],
      'month-first': [month, '%d', year],
      'year-first': [year, month, '%d'],
    };
    const date = parts[order].join(separator);
    if (hour === undefined) return date;
    const clock = [half === undefined ? '%H' : '%I', '%M', ...(second60 === undefined ? [] : ['%S'])].join(colon);
    const time = `${clock}${fraction === undefined ? '' : '.%f'}`;
    // The zones with names are replaced by an offset, without a space.
    const isNamed = zone !== undefined && /[A-Za-z]/.test(zone);
    const gap = half === undefined ? '' : beforeHalf;
    const beforeOffset = isNamed ? '' : half === undefined ? beforeHalf : beforeZone;
    const rest = `${gap}${half === undefined ? '' : '%p'}${zone === undefined ? '' : `${beforeOffset}%z`}`;
    return `${date}${between ?? ' '}${time}${rest}`;
  }

  /** The format of strftime that writes a time of UTC in this form; digits are padded as in the first value. */
  writingIn(order: DateOrder): string {
    const { first, third, hour, fraction, beforeHalf, beforeZone, half, zone } = this.#parts;
    const isPadded = first.length !== 1 && third.length !== 1 && hour?.length !== 1;
    const format = isPadded ? this.formatIn(order) : this.formatIn(order).replace(/%([dmHI])/g, '%-$1');
    const gap = half === undefined ? beforeHalf : beforeZone;
    const utc =
      zone === undefined || /[A-Za-z]/.test(zone)
        ? `${gap}${zone ?? ''}`
        : zone.replaceAll(/\d/g, '0').replace('-', '+');
    return format.replace('%f', fraction?.length === 3 ? '%g' : '%f').replace('%z', utc);
  }

  /**
   * Takes another value of this form, given by its numbers; `text` makes the value itself. False when it is not a date in
   * any order, or no time.
   */
  take(numbers: ArrayLike<number>, line: number, text: () => string): boolean {
    const { second, hour } = this.#parts;
    const isName = /[A-Za-z]/.test(second);
    const first = numbers[0] ?? 0;
    const middle = isName ? (monthOf(second) ?? 0) : (numbers[1] ?? 0);
    const third = numbers[isName ? 1 : 2] ?? 0;
    if (hour !== undefined && !this.#isTime(numbers, isName ? 2 : 3)) return false;
    if (this.#fixed === 'year-first') return isDay(first, middle, third);
    if (this.#parts.third.length === 2) this.#noteCenturies(first, third, { line, text });
    const fits = (order: DateOrder): boolean =>
      order === 'day-first'
        ? isDay(third, middle, first)
        : order === 'month-first'
          ? isDay(third, first, middle)
          : isDay(first, middle, third);
    if (this.#fixed !== undefined) return fits(this.#fixed);
    for (const order of dateOrders) if (!fits(order) && !this.excluded.has(order)) this.#exclude(order, line, text);
    if (this.#differingDay === undefined && first !== middle) this.#differingDay = text();
    if (this.#differingYear === undefined && (first !== middle || middle !== third)) this.#differingYear = text();
    return this.possible.length > 0;
  }

  #exclude(order: DateOrder, line: number, text: () => string): void {
    this.excluded.set(order, { line, text: text() });
    this.possible = this.possible.filter((each) => each !== order);
  }

  #noteCenturies(first: number, third: number, { line, text }: { line: number; text: () => string }): void {
    for (const order of this.possible) {
      const year = order === 'year-first' ? first : third;
      if (year < openYears.first || year > openYears.last || this.openCenturies.has(order)) continue;
      this.openCenturies.set(order, { line, text: text() });
    }
  }

  #isTime(numbers: ArrayLike<number>, at: number): boolean {
    const { half, second60 } = this.#parts;
    const [hour = 0, minute = 0, second = 0] = [
      numbers[at],
      numbers[at + 1],
      second60 === undefined ? 0 : numbers[at + 2],
    ];
    if (minute > 59 || second > 59 || !this.#isOffset(numbers, at + 2)) return false;
    if (half !== undefined) return hour >= 1 && hour <= 12;
    if (hour < 24) return true;
    if (hour > 24 || minute > 0 || second > 0 || this.fractionDigits > 0) return false;
    this.hasDayEnd = true;
    return true;
  }

  /** True without an offset from UTC, and for one that a zone can have; `at` is the index after the minutes. */
  #isOffset(numbers: ArrayLike<number>, at: number): boolean {
    const { second60, fraction, zone = '' } = this.#parts;
    if (!/^[+-]/.test(zone)) return true;
    const from = at + (second60 === undefined ? 0 : 1) + (fraction === undefined ? 0 : 1);
    const [first = 0, next = 0] = [numbers[from], numbers[from + 1]];
    if (zone.includes(':')) return first <= offsetHoursMax && next <= 59;
    const [hours, minutes] = zone.length > 3 ? [Math.floor(first / 100), first % 100] : [first, 0];
    return hours <= offsetHoursMax && minutes <= 59;
  }
}

const offsetHoursMax = 15;

/** 1 to 12; undefined for a word that is not a month. */
export function monthOf(word: string): number | undefined {
  const lower = word.toLowerCase();
  const index = Math.max(months.indexOf(lower), longMonths.indexOf(lower));
  return index < 0 ? undefined : index + 1;
}

/** True for a day of the calendar; a year of two digits is in 1969 to 2068. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  if (month === 2 && day === 29) {
    const full = year > 99 ? year : year + (year < 69 ? 2000 : 1900);
    return (full % 4 === 0 && full % 100 !== 0) || full % 400 === 0;
  }
  return month !== 2 && day <= (monthDays[month - 1] ?? 0);
}
