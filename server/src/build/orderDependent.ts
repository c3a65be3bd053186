/**
 * Queries of documents whose result depends on the order in which aggregates get their values. Several threads add in
 * an order that differs from run to run, and with it the last digits of a sum of doubles: a derived file would not be a
 * function of its inputs, and a comparison of two versions would show rows that no change reached. So such a query runs
 * in one thread, in the order of its files. SQL of kinds declares the same (OwnSql).
 */
import { isSymbol, tokenize } from '../base/sqlTokens.ts';

/** Aggregates and macros of aggregates, in lower case. */
export const orderDependent: ReadonlySet<string> = new Set(
  `any_value approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null
  arg_min_nulls_last argmax argmin array_agg avg corr covar_pop covar_samp entropy favg first fsum geomean geometric_mean
  group_concat json_group_array json_group_object json_group_structure kahan_sum kurtosis kurtosis_pop last list listagg
  max_by mean min_by mode product regr_avgx regr_avgy regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
  reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp
  variance wavg weighted_avg`.split(/\s+/),
);

/** True for a query whose result may depend on the order of the rows that it reads. */
export function dependsOnOrder(sql: string): boolean {
  const tokens = tokenize(sql);
  return tokens.some(({ kind, text }, index) => {
    if (kind !== 'word' && kind !== 'identifier') return false;
    if (isSymbol(tokens[index + 1], '(')) return orderDependent.has(text.toLowerCase());
    return kind === 'word' && (text === 'SUMMARIZE' || (text === 'DISTINCT' && tokens[index + 1]?.text === 'ON'));
  });
}
