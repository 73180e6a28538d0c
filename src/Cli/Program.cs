using System.Text;
using Cilium.Framework.Cli;
using Cilium.Framework.Cli.Output;

Console.SetOut(new StreamWriter(new StandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
return await CommandLine.RunAsync(args);
