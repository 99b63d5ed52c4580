/** What is said where no model can be called: three ways to get going, the shortest first. */
export const gettingStarted = `loom needs a model, and neither a key nor a setting names one. Three ways to get going:

  loom demo
      see it mend a failing test first; no key, no network

  export ANTHROPIC_API_KEY=…        (or OPENAI_API_KEY)
      then run the same again

  export OPENAI_COMPATIBLE_BASE_URL=http://localhost:11434/v1
  loom --model openai-compatible:NAME
      a model server of your own: Ollama, LM Studio, llama.cpp, vLLM, or any compatible service

\`model = "PROVIDER:MODEL"\` in config.toml keeps the choice; \`loom doctor\` says where that file is.
`
