import { type ErrorDetails, PondError } from '../../base/error.ts';
import { noUnits, unitDetails, whereUnits } from './units.ts';

/** Fault of a record of a CSV file, as plain data for another thread. Lines are 1-based. */
export type Fault =
  | { readonly kind: 'quotes'; readonly line: number; readonly problem: string }
  | { readonly kind: 'width'; readonly line: number; readonly expected: number; readonly got: number }
  | { readonly kind: 'header'; readonly line: number }
  | { readonly kind: 'values'; readonly line: number }
  | UnitFault;

/** A later row of units that does not fit the first. */
interface UnitFault {
  readonly kind: 'unit';
  readonly line: number;
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  /** Stated number of lines to leave out below the units. */
  readonly below: number;
}

/** A record that is not a row of the table. */
export class RecordFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(textOf(fault));
    this.fault = fault;
  }
}

/** The `invalid-content` of a file whose first fault it is, with its line and the options that read such a file. */
export function faultError(fault: Fault, pondPath: string): PondError {
  const details = detailsOf(fault);
  return new PondError('invalid-content', `${pondPath} cannot be read: ${textOf(fault)}`, {
    path: pondPath,
    ...details,
  });
}

function textOf(fault: Fault): string {
  if (fault.kind === 'quotes') return `line ${fault.line}: ${fault.problem}`;
  if (fault.kind === 'header') return `line ${fault.line} has the names of the header, and can be a row of words too`;
  if (fault.kind === 'values') return `line ${fault.line} has values, ${whereUnits}`;
  if (fault.kind === 'unit') {
    return `line ${fault.line} has the unit ${fault.got} for column "${fault.name}", and a line above it ${fault.expected}`;
  }
  return `expected ${fault.expected} fields in line ${fault.line}, as in those before it, got ${fault.got}`;
}

function detailsOf(fault: Fault): Pick<ErrorDetails, 'formats' | 'hint'> {
  if (fault.kind === 'quotes') return quoteDetails;
  if (fault.kind === 'values') return noUnits;
  if (fault.kind === 'unit') return unitDetails(fault.below);
  return fault.kind === 'header' ? headerDetails : widthDetails(fault.got < fault.expected);
}

const headerDetails = {
  formats: [{ header: true }, { header: false }],
  hint: 'With `header: true`, the first line and others like it are headers; with `header: false`, all lines are rows.',
};

const quoteDetails = {
  formats: [{ quote: '' }],
  hint: 'A quote inside a text in quotes must be doubled; `quote: ""` reads files whose quotes are plain characters.',
};

function widthDetails(isShort: boolean): Pick<ErrorDetails, 'formats' | 'hint'> {
  return {
    formats: isShort ? [{ ragged: 'fill' }, { ragged: 'skip' }] : [{ ragged: 'skip' }],
    hint: '`ragged: fill` reads missing fields as NULL, `ragged: skip` leaves such lines out, `footer: N` the last N lines; text with a delimiter in it must be in quotes.',
  };
}
