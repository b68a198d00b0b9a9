"""An authority of its own and certificates for servers on loopback, made by openssl."""
import os
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Its own certificate is in `file`."""

    def __init__(self, folder, name="authority"):
        self.base = os.path.join(folder, name)
        self.file, self.key = self.base + ".crt", self.base + ".key"
        self.openssl("req", "-x509", *KEY, "-days", "2", "-subj", f"/CN={name}",
                     "-keyout", self.key, "-out", self.file)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def certificate(self, host, days=2):
        """A file with certificate and key; of yesterday when days are negative."""
        base = f"{self.base}-{host}{days}"
        if os.path.exists(base + ".pem"):
            return base + ".pem"
        with open(base + ".ext", "w", encoding="utf-8") as file:
            file.write(f"subjectAltName=DNS:{host}\n")
        self.openssl("req", "-new", *KEY, "-subj", f"/CN={host}", "-keyout", base + ".key",
                     "-out", base + ".csr")
        self.openssl("x509", "-req", "-in", base + ".csr", "-CA", self.file, "-CAkey", self.key,
                     "-CAcreateserial", "-days", str(days), "-extfile", base + ".ext",
                     "-out", base + ".crt")
        with open(base + ".pem", "w", encoding="utf-8") as out:
            for part in (".crt", ".key"):
                with open(base + part, encoding="utf-8") as file:
                    out.write(file.read())
        return base + ".pem"
