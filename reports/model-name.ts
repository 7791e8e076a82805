/** The name people use: the Hugging Face repository without its organisation. */
export const modelName = (id: string): string => id.split("/").at(-1) ?? id;
