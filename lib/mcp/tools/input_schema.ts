/** The JSON Schema of a tool's parameters, as far as ours go. */
export type InputSchema = {
  type: "object";
  properties?: Record<string, ParameterSchema>;
  required?: string[];
};

export type ParameterSchema = {
  type?: string;
  enum?: string[];
  minLength?: number;
  items?: ParameterSchema;
  /** The schema of each value of an object. */
  additionalProperties?: ParameterSchema;
};
