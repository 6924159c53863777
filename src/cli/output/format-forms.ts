/** What `-o` may begin with beside its words: formats that take a text. */
export const DOCUMENT_FORMS = ["jsonpath=", "custom-columns="] as const;
