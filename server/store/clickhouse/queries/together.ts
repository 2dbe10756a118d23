/**
 * What stands together in a list: a trace, or (where no trace id was said) what shares a correlation id, a business key, a conversation, a
 * message id. `~` alone = nothing that could join it to anything.
 */
const NOTHING_SAID =
  "('', '0', '-', '-1', 'null', 'nil', 'none', 'undefined', 'nan', 'n/a', 'na', 'unknown', 'default', 'true', 'false', '00000000-0000-0000-0000-000000000000', '00000000000000000000000000000000')";
const named = (else_: string): string =>
  `if(traceId != '', traceId, concat('~', multiIf(lower(correlationId) NOT IN ${NOTHING_SAID}, correlationId, notEmpty(businessKeys.value), businessKeys.value[1], conversationId != '', conversationId, ${else_})))`;

export const TOGETHER = named("''");
export const TOGETHER_OR_ALONE = named("messageId != '', messageId, id");
