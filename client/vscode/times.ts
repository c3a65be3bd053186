import * as vscode from 'vscode';
import { sortableTime, zonedTime } from './timeStrings.ts';

/** A time, ISO 8601, in the zone of the setting `pond.timeZone`, with the name of the zone. */
export function timeText(iso: string): string {
  return zonedTime(iso, zone());
}

/** As `timeText`, in a form of one width that sorts. */
export function recordTime(iso: string): string {
  return sortableTime(iso, zone());
}

const zone = (): string => vscode.workspace.getConfiguration('pond').get<string>('timeZone') ?? '';
