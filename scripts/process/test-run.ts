/** Marks every process of a test run: children inherit it, however far they went away. */
export const TEST_RUN_VARIABLE = 'CC_SWITCH_TEST_RUN';
